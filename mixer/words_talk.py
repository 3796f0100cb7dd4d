"""The words around a mixing word: how much, which way, and what says nothing about a sound.

One rule: nothing here names a sound; what does stands in words_map.py.
"""

AMOUNTS = {
    "a hair": 0.25, "a touch": 0.25, "a tad": 0.25, "a bit": 0.25, "a little": 0.25,
    "a shade": 0.25, "a notch": 0.25, "a smidge": 0.25, "slightly": 0.25, "somewhat": 0.25,
    "subtly": 0.25,
    "quite a bit": 0.75, "quite": 0.75, "noticeably": 0.75, "clearly": 0.75, "considerably": 0.75,
    "a good bit": 0.75, "much": 1.0, "a lot": 1.0, "lots": 1.0, "loads": 1.0, "way": 1.0,
    "really": 1.0, "very": 1.0, "far": 1.0, "super": 1.0, "heavily": 1.0, "a whole lot": 1.0,
    "extremely": 1.0, "massively": 1.0, "totally": 1.0, "completely": 1.0,
}  # fmt: skip
NAMED_AMOUNTS = ((0.25, "a bit "), (0.5, ""), (0.75, "clearly "), (1.0, "much "))
MORE = (
    "more", "add", "needs", "need", "lacks", "lack", "lacking", "missing", "miss", "not enough",
    "too little", "boost", "enhance", "increase", "extra", "inject", "bring out", "crank",
)  # fmt: skip
LESS = (
    "less", "not", "not so", "not as", "not that", "too", "too much", "so much", "reduce", "remove",
    "hate", "cut", "kill", "tame", "get rid of", "drop", "lose", "fewer", "decrease", "rid of",
    "dial back", "clean up", "clear away", "wash", "carve", "scoop", "notch out", "filter",
    "attenuate", "scrap", "ditch", "undo", "bin", "take out", "take back", "forget",
)  # fmt: skip
TOO = frozenset({"too", "too much", "so much", "not so", "not as", "not that"})
BEHIND = {"out": -1.0, "off": -1.0, "away": -1.0, "gone": -1.0, "down": -1.0, "up": 1.0,
          "++": 1.0}  # fmt: skip
AIMS = frozenset("make making want wants wanted i'd should get give be turn let".split())
COMPLAINS = frozenset("is are sound sounds feels comes".split())
CHARACTERS = frozenset({"radio", "underwater"})  # wanted as often as complained of
NUISANCES = frozenset("bothers bother annoys hearing suffers ruined everywhere".split())
BREAKS = frozenset(",.;:!?") | {"but", "yet", "then"}
JOINS = frozenset({"and", "or", "nor", "the", "of", "in", "so", "that", "sound", "sounding"})
# Words of ordinary talk, which are neither qualities nor worth asking an ear about.
FILLER = frozenset(
    """
    a about again all also am an and any anything are as at be been being bit bring but by
    can character come comes could did do does doing done down effects enough eq even feel
    feels few fix for from fx get gets getting give go going good got has have having help
    here how i if in into is it its itself just keep kind less let lets like little lot make
    makes making maybe me mix more most move much must my need needs never nice no not now
    of off ok on one only or our out over own part perhaps please pls plz put quite rather
    really render right same shall she should some something song sort sound sounding sounds
    stem still style such sure take takes than thanks that the their them then there these
    they thing things think this those to tone too track try turn u up us use using very
    vibe want wants was way we were what when where which while who whole will with without
    would yes you your
    """.split()
)
NEVER_SLIPS = FILLER | frozenset(  # near a word of the map, and yet words of their own
    """
    band bar bars bass beat beats board bridge chorus close clothes drums fight front guitar
    guitars hand hands heard heart lead leads level levels light listen loud louder lower
    might night often other piano place point quiet quieter reset rest right room rooms sand
    shape share sharing sheet side sides sight sit sits small snare soften space spice start
    their there these think thinks those verse vocal vocals voice weight where while white
    whole revert lovely closed define weigh event loose lose
    """.split()
)
