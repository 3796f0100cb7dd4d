"""Whether words are of life outside the mix: weather, pets, food, money, health, travel, sport.

One rule: words of the trade, an order, or a stem that something is said of, are about the mix.
"""

import re
from collections.abc import Sequence

from assistant.english import plainly
from assistant.orders.asides import asks_for_something
from assistant.orders.lexicon import NUMBER
from assistant.orders.mentions import Mention
from assistant.orders.tokens import Token
from assistant.said_balance import speaks_of_balance

_LIFE = re.compile(
    r"\b(?:rain(?:s|ed|ing|y)?|snow(?:s|ed|ing)?|weather|sunny|sunshine|storm\w*|umbrella|freezing"
    r"|winter|summer|autumn|temperature|degrees|degC"
    r"|cat|cats|dog|dogs|puppy|kitten|hamster|fish(?:ing|ed)?|caught|goldfish|parrot|cows?|hens?"
    r"|chickens?|horses?|bird(?:s|watching)?|spider|mouse|mice|hunting"
    r"|pizza|sushi|dinner|lunch|breakfast|supper|recipe|cook(?:s|ed|ing)?|bake[ds]?|baking|soup|curry"
    r"|sandwich\w*|cheese|bread|beers?|wine|coffee machine|restaurant|hungry|thirsty|vegan|cake"
    r"|potato\w*|pasta|noodles|kettle|fridge|oven|kitchen sink|dishwasher|washing machine|vacuum"
    r"|money|bank|mortgage|rent|salary|tax(?:es)?|invoices?|bills?|stocks?|shares? price|bitcoin"
    r"|crypto|petrol|diesel|price of|insurance|pension|loan|broke up|dumped me|divorce\w*|married"
    r"|marry|wedding|girlfriend|boyfriend|engaged|pregnant|birthday|funeral|anniversary|christmas"
    r"|easter|holidays?|vacation|weekend|airport|flights?|passport|train station|tram|bus stop"
    r"|car|cars|van|vans|truck|bike|bicycle|motorbike|traffic|parking|tyres?|engine|garage|driving"
    r"|licence|doctor|dentist|hospital|knee|ankle|headache|toothache|cold and flu|fever|sick leave"
    r"|surgery|medicine|pills|vaccin\w+|diet|gym|kilos?|kg|pounds|stone overweight|weigh(?:s|ed)?"
    r"|rib|finger"
    r"|football|soccer|rugby|tennis|cricket|basketball|match last night|world cup|olympics|goalie"
    r"|referee|league|chess|marathon"
    r"|election|president|prime minister|mayor|parliament|government|politic\w+|war|congress|pope"
    r"|film|movie|netflix|batman|tv|series|novel|football|poem|joke|horoscope|homework|exam|school"
    r"|capital of|eiffel|tower|ocean|mountains?|planet|moon|dinosaurs?|history of"
    r"|laptop charger|phone (?:is|died|battery)|wifi|password|printer|battery|computer crashed"
    r"|stairs|moved house|moving house|sofa|lawn|garden(?:ing)?|neighbou?rs?|landlord|roof|radiator"
    r"|boiler|shower|bathroom|toilet|plumber|(?:lost|forgot|found|left) my (?:keys|wallet|phone)"
    r"|cried|crying|broke (?:his|her|my|their|the|and)|tired|energy"
    r"|sleep(?:s|ing|y)?|slept|dream(?:s|t|ed)?|lonely|bored"
    r"|kids? (?:is|are|has|have)|babysit\w*|nappies|diapers)\b"
)
_TRADE = re.compile(
    r"\b(?:mix\w*|songs?|tracks?|takes?|stems?|verse|chorus|bridge|drop|intro|outro|beat|tune|record"
    r"(?:s|ed|ing)?|vocals?|vox|sing(?:s|ing|er)?|lyrics?|words|db|decibels?|lufs|lu|pan\w*|mute\w*"
    r"|unmute\w*|solo\w*|render\w*|export\w*|bounce\w*|reverb\w*|eq|compress\w*|bass(?:y|ier)|treble"
    r"|faders?|anchor|version|undo|redo|clip(?:s|ped|ping)|gain|headroom|meters?|peaks?|master\w*"
    r"|hear|heard|audible|lost in|louder|quieter|softer|turn|raise|lower|boost|cut|bring|push|pull"
    r"|tuck\w*|nudge|dial|warm\w*|bright\w*|dark\w*|muddy|boomy|thin|dull|harsh|punch\w*|wet|dry"
    r"|sounds?|sounding|sits?|sticks? out|pokes?|cuts? through|covers?|covered|swallow\w*|buried"
    r"|bury\w*|drown\w*|drill|practi[cs]e|quiz|genre|drums? (?:is|are)|listen\w*|play|plays|playing"
    r"|check|compare|explain|teach|balance|levels?|volume|show me|list|set|put|move[ds]?|make)\b"
)
_OF_SOUND = re.compile(  # without any of these nobody asks for a lesson of levels
    r"\b(?:(?:re)?mix\w*|songs?|tracks?|takes?|stems?(?! cells?)|vocals?|voices?|vox|sing\w*|dbs?"
    r"|decibels?|lufs|lu|pan\w*|mut(?:e|es|ed|ing)|solo\w*|reverb\w*|eq|equali\w+|compress\w+|bass\w*"
    r"|treble|faders?|anchor\w*|versions?|undo|clip\w*|(?:pre)?amps?|gain\w*|headroom|meters?|peak\w*"
    r"|master\w*|loud\w*|quiet\w*|soft\w*|hot|red|distort\w*|overload\w*|saturat\w*|waveforms?"
    r"|squash\w*|glue|nois\w+|audio|music\w*|studio|stereo|mono|wavs?|files?|plugins?|daw|mics?"
    r"|microphones?|frequenc\w+|mask\w*|phase|crest|dynamic\w*|rms|limit\w*|normali\w+|hz|khz|lows?"
    r"|highs?|mids?|render\w*|levels?|balance\w*|volumes?|sound\w*|hear\w*|ears?|speakers?"
    r"|headphones?|monitors?|sampl\w+|bus\w*|channels?|drums?|kick\w*|snares?|guitars?|pianos?|keys?"
    r"|synths?|pads?|strings|horns?|recorded|recordings?|input|output|signal\w*|trims?|effects?"
    r"|megami|proposal|suggest\w*|advice|overs|room|pinned|zero|notes?|sides?|left|right|cent(?:re|er)"
    r"|turn|hits?|meant?|means|theory)\b"
)
_OF_A_STEM = re.compile(  # what is said of a stem behind its name
    r"^(?:'s|s)?\s*(?:(?:part|track|line|sound)s? )?(?:is|are|was|were|isn'?t|aren'?t|feels?|seems?"
    r"|gets?|got|has|have|needs?|wants?|could|should|must|too|so|way|really|just|still|like|on top"
    r"|all over|and|kill\w*|eat\w*|ate|gives?|dominat\w*|fight\w*|disappear\w*"
    r"|vanish\w*"
    r"|again\b|up\b|down\b)"
)
_LIKENS = re.compile(
    r"\b(?:like|as if|as though|too|so|any|no|more|all(?! (?:day|night))|part|doesn'?t exist)\b"
)
_ASKED_OF = re.compile(r"\b(?:is|are|has|have|where'?s|did|does|do)(?: the| my)? $")
_ENDS = re.compile(r"\s*(?:[,.;:!?]|$)")
_WHERE_ONE_LISTENS = frozenset("car cars van vans truck tv gym shower bike driving garage".split())
_MOST_WORDS = 30
_BEGINS = ("turn ", "put ", "bring ", "make ", "set ", "move ", "pan ", "mute ", "show ", "play ")


def speaks_of_sound(text: str) -> bool:
    """Whether a text has any word of sound, levels or recording."""
    return bool(_OF_SOUND.search(plainly(text.casefold())))


def is_elsewhere(text: str, found: Sequence[Mention], told: Sequence[Token]) -> bool:
    """Whether a text is about something outside of the song.

    found: the mentions of stems in the text as it was read, which is in lower case. told: its
    tokens. "the cat sleeps on the keys" is, "the keys are a cat on a hot roof" is not.
    """
    plain = plainly(text)
    life = set(_LIFE.findall(plain))
    if not life or len(plain.split()) > _MOST_WORDS:
        return False
    trade = set(_TRADE.findall(plain)) | ({"level"} if speaks_of_balance(plain) else set())
    if any(one.stems for one in found):
        about = any(
            _OF_A_STEM.search(text[one.end :])
            or _ASKED_OF.search(text[: one.start])
            or (life <= _WHERE_ONE_LISTENS and _ENDS.match(text, one.end))
            for one in found
        )
        ordered = asks_for_something([token for token in told if token.kind != NUMBER])
        return not (about or trade or ordered or _LIKENS.search(plain))
    return not trade or (len(life) > 1 and len(trade) == 1 and not plain.startswith(_BEGINS))
