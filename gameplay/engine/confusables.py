"""Confusable characters, after Unicode's list (UTS #39), for comparing names as people see them."""

from typing import Final

from gameplay.engine.unicode_text import casefold, is_word_character, nfkd

CONFUSABLES: Final = {
    "2": "ƧϨᒿꙄꛯꝚ",
    "3": "ƷȜЗӠⳌꝪꞫ𑣊𖼻𝈆",
    "4": "Ꮞ𑢯",
    "5": "Ƽ𑢻",
    "6": "бᏮⳒ𑣕",
    "7": "𐓒𑣆𝈒",
    "8": "Ȣȣ৪੪ଃ𐌚",
    "9": "৭੧୨൭ⳊꝮ𑢬𑣌𑣖",
    "A": "ΑАᎪᗅꓮ𐊠𖽀",
    "B": "ΒВᏴᗷꓐꞴ𐊂𐊡𐌁",
    "C": "СᏟⲤꓚ𐊢𐌂𐐕𐔜𑣩𑣲🝌",
    "D": "Ꭰᗞᗪꓓ",
    "E": "ΕЕᎬ⋿ⴹꓰ𐊆𑢦𑢮",
    "F": "ϜᖴꓝꞘ𐊇𐊥𐔥𑢢𑣂𝈓",
    "G": "ԌᏀᏳꓖ",
    "H": "ΗНᎻᕼⲎꓧ𐋏",
    "J": "ͿЈᎫᒍꓙꞲ",
    "K": "ΚКᏦᛕⲔꓗ𐔘",
    "L": "ᏞᒪⳐꓡ𐐛𐔦𑢣𑢲𖼖𝈪",
    "M": "ΜϺМᎷᗰᛖⲘꓟ𐊰𐌑",
    "N": "ΝⲚꓠ𐔓",
    "O": "0ΟОՕ০ଠ୦ዐⲞⵔ〇ꓳ𐊒𐊫𐐄𐓂𐔖𑓐𑢵𑣠",
    "P": "ΡРᏢᑭⲢꓑ𐊕",
    "Q": "ⵕ",
    "R": "ƦᎡᏒᖇꓣ𐒴𖼵𝈖",
    "S": "ЅՏᏕᏚꓢ𐊖𐐠𖼺",
    "T": "ΤТᎢ⊤⟙Ⲧꓔ𐊗𐊱𐌕𑢼𖼊🝨",
    "U": "Սሀᑌ∪⋃ꓴ𐓎𑢸𖽂",
    "V": "Ѵ۷Ꮩᐯⴸꓦꛟ𐔝𑢠𖼈𝈍",
    "W": "ԜᎳᏔꓪ𑣦𑣯",
    "X": "ΧХ᙭ᚷ╳ⲬⵝꓫꞳ𐊐𐊴𐌗𐌢𐔧𑣬",
    "Y": "ΥУҮᎩᎽⲨꓬ𐊲𑢤𖽃",
    "Z": "ΖᏃꓜ𐋵𑢩𑣥",
    "a": "ɑαа⍺",
    "b": "ƄЬᏏᑲᖯ",
    "c": "сᴄⲥꮯ𐐽",
    "d": "ԁᏧᑯꓒ",
    "e": "еҽ℮ꬲ",
    "f": "քẝꞙꬵ",
    "g": "ƍɡցᶃ",
    "h": "һհᏂ",
    "i": "ıɩɪιіӏᎥ⍳ꙇꭵ𑣃",
    "j": "ϳј",
    "l": "1|ƖǀΙІӀ۱ᛁ∣⏽Ⲓⵏꓲ𐊊𐌉𐌠𖼨",
    "n": "ոռ",
    "o": "οσоօ۵०੦૦௦ం౦ಂ೦ംഠ൦ං๐໐ဝ၀ჿᴏᴑⲟꬽ𐐬𐓪𑣈𑣗",
    "p": "ρр⍴ⲣ",
    "q": "ԛգզ",
    "r": "гᴦⲅꭇꭈꮁ",
    "s": "ƽѕꜱꮪ𐑈𑣁",
    "u": "ʋυսᴜꞟꭎꭒ𐓶𑣘",
    "v": "νѵᴠ∨⋁ꮩ𑜆𑣀",
    "w": "ɯѡԝաᴡꮃ𑜊𑜎𑜏",
    "x": "×хᕁᕽ᙮⤫⤬⨯",
    "y": "ɣʏγуүყᶌỿꭚ𑣜",
    "z": "ᴢꮓ𑣄",
}
"""The characters that look like each Latin letter or digit; NFKC has replaced compatibility characters before."""

_PROTOTYPES: Final = {ord(char): letter for letter, chars in CONFUSABLES.items() for char in chars}
_IMITATIONS: Final = frozenset(char for chars in CONFUSABLES.values() for char in chars if not char.isascii())
_DIGRAPHS: Final = (("rn", "m"), ("vv", "w"))
_SMALL: Final = frozenset("abcdefghijklmnopqrstuvwxyz")


def skeleton(text: str) -> str:
    """The skeleton of ``text``: each character replaced by the Latin letter or digit that it looks like (UTS #39)."""
    return nfkd(text).translate(_PROTOTYPES)


def has_imitations(text: str) -> bool:
    """Whether the text has characters of other alphabets that look like Latin letters or digits."""
    return not _IMITATIONS.isdisjoint(nfkd(text))


def confusable_forms(text: str) -> frozenset[str]:
    """The forms of ``text`` to compare: two names are confusable if they share one.

    There are several, because case folding and appearance disagree: a capital I looks like a small L, and yet Ian and
    Lan are two names. One form folds case before the skeleton is taken, one after it, one reads each capital I inside a
    word as a small L, and one, marked ``as written``, keeps the case and reads every capital I as a small L.
    """
    drawn = skeleton(text)
    readings = (drawn, skeleton(casefold(text)), _read_inner_i(drawn))
    return frozenset(
        [*(_fold_digraphs(casefold(reading)) for reading in readings), "as written " + drawn.replace("I", "l")]
    )


def _read_inner_i(text: str) -> str:
    """``text`` with a small L for each capital I after a small letter, or between a letter or digit and a small one."""
    padded = f" {text} "
    return "".join(
        "l" if char == "I" and (before in _SMALL or (is_word_character(before) and after in _SMALL)) else char
        for before, char, after in zip(padded, text, padded[2:], strict=False)
    )


def _fold_digraphs(text: str) -> str:
    for pair, letter in _DIGRAPHS:
        text = text.replace(pair, letter)
    return text
