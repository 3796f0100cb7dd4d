"""The seed's protocol on real multitracks, rendered songs and levels alone; baselines beside it.

One rule: every advisor answers the same trials; what a listener hears is measured once a segment
and the faults are put in by arithmetic, so nothing clips.

    python -m finetune.evaluate seed --levels LEVELS.csv --rendered --folder MUSDB18-HQ/test
"""

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.hearing import Hearing
from assistant.listener import EmbeddedListener
from assistant.model.judging import Senses
from assistant.sensitivity import balanced_threshold
from finetune.judged_mixes import QUESTION
from finetune.level_rows import STEMS
from finetune.observer import GRID, KEEP
from finetune.seed_baselines import baselines
from finetune.seed_models import GainRegression
from finetune.seed_protocol import Advisor, Segment, Trials, alike, enumerate_trials, mark
from finetune.seed_sources import Source, folder_source, levels_source, rendered_source
from finetune.seed_tables import print_tables
from mixer.loudness import LEVEL_ENTRIES, relative_levels_only, relative_profile

LISTENER_NAME = "Gainsay (hears)"
_AT_ONCE = 256  # hearings handed to a listener together
_WORDS = [{"role": "user", "content": QUESTION}]


@dataclass(frozen=True, eq=False)
class ListenerAdvisor:
    """A listener asked in the product's own way, about every question once."""

    listener: EmbeddedListener
    segments: Sequence[Segment]
    senses: Senses

    def posterior(self, trials: Trials) -> np.ndarray:
        """Posteriors (n, 4, 49); what a song does not have is left alone."""
        first, which = alike(trials)
        asked = trials.taken(first)
        posterior = np.tile(np.eye(len(GRID))[KEEP], (len(asked), len(STEMS), 1))
        for start in range(0, len(asked), _AT_ONCE):
            rows = range(start, min(start + _AT_ONCE, len(asked)))
            hearings = [self._hearing(asked, row) for row in rows]
            judged = self.listener.judge_many(hearings, [_WORDS] * len(hearings), self.senses)
            for row, judgement in zip(rows, judged, strict=True):
                stems = list(self.segments[asked.segment[row]].stems)
                posterior[row, stems] = judgement.probability
            logging.info("listened to %d of %d mixes", rows.stop, len(asked))
        return posterior[which]

    def _hearing(self, trials: Trials, row: int) -> Hearing:
        """The trial's mix: the segment's hearing with the fault put in."""
        segment = self.segments[trials.segment[row]]
        assert segment.hearing is not None
        profiles = segment.hearing.profiles.copy()
        profiles[segment.stems.index(trials.target[row]), LEVEL_ENTRIES] += trials.gain_db[row]
        anchor = segment.stems.index(trials.anchor[row])
        relative = (
            relative_levels_only(profiles[:, 0], anchor)
            if self.senses == "level"
            else relative_profile(profiles, anchor)
        )
        return replace(
            segment.hearing, anchor_index=anchor, relative_profile=relative, profiles=profiles
        )


def evaluate(
    source: Source, listener: EmbeddedListener | None, seed: int, console: Console
) -> None:
    """Ask every advisor about a source and print the tables."""
    trials = enumerate_trials(source.segments, seed)
    table = baselines(source.rows, source.observer, seed)
    if listener is not None:
        hears = ListenerAdvisor(listener, source.segments, source.senses)
        table.append(Advisor(LISTENER_NAME, hears.posterior, balanced_threshold()))
    marked = {
        advisor.name: mark(trials, advisor.posterior(trials), advisor.threshold)
        for advisor in table
    }
    told = "Nothing to fit on was given (--fit): no model of levels is among the advisors."
    if source.rows is not None:
        error_db = GainRegression(source.rows, seed).told_error_db(trials)
        nothing_db = float(np.mean(np.abs(trials.gain_db[trials.faulty])))
        told = (
            f"Gain regression told which stem it is: MAE {error_db:.2f} dB "
            f"(doing nothing: {nothing_db:.2f} dB)"
        )
    print_tables(f"{source.title}; {len(trials)} trials", marked, told, console)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate seed", description=__doc__)
    parser.add_argument("--levels", type=Path, help="table of stem levels with train and test rows")
    parser.add_argument("--rendered", action="store_true", help="held-out songs of --songs")
    parser.add_argument("--folder", type=Path, nargs="*", default=[], help="folders of multitracks")
    parser.add_argument("--fit", type=Path, help="table or folder that a folder's baselines are "
                        "fitted on (default: the train rows of --levels)")  # fmt: skip
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--no-listener", action="store_true", help="baselines only")
    parser.add_argument("--limit", type=int, help="at most so many segments a source")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if not (options.levels or options.rendered or options.folder):
        parser.error("no source was given: name at least one of --levels, --rendered, --folder")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    listener = None if options.no_listener else EmbeddedListener(options.model)
    for source in _sources(options, listener):
        evaluate(source, listener, options.seed, Console(width=190))


def _sources(options: argparse.Namespace, listener: EmbeddedListener | None) -> Iterator[Source]:
    """The sources that were asked for, each opened when its turn comes."""
    if options.levels:
        yield levels_source(options.levels, options.limit)
    if options.rendered:
        content = options.content if listener is not None else None
        yield rendered_source(options.songs, content, options.seed, options.limit)
    for folder in options.folder:
        fit = options.fit or options.levels
        yield folder_source(folder, fit, listener, options.limit)


if __name__ == "__main__":
    main()
