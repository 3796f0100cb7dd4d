"""The evaluations under one command: each prints its table and says on what.

python -m finetune.evaluate NAME [options]
"""

import importlib
import sys

EVALUATIONS = {
    "complaints": "finetune.evaluate_complaints",
    "conversation": "finetune.evaluate_conversation",
    "conventions": "finetune.evaluate_conventions",
    "ear": "finetune.evaluate_ear",
    "goals": "finetune.evaluate_goals",
    "mixassist": "finetune.evaluate_mixassist",
    "mixer": "finetune.evaluate_mixer",
    "real": "finetune.evaluate_real",
    "seed": "finetune.evaluate_seed",
    "settings": "finetune.evaluate_settings",
    "strict": "finetune.evaluate_strict",
    "talk": "finetune.evaluate_talk",
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in EVALUATIONS:
        got = sys.argv[1] if len(sys.argv) > 1 else "nothing"
        sys.exit(f"got {got}: name an evaluation, one of {', '.join(EVALUATIONS)}")
    importlib.import_module(EVALUATIONS[sys.argv[1]]).main(sys.argv[2:])


if __name__ == "__main__":
    main()
