"""Letters of many writing systems, to make speakable nonsense words in every language that espeak-ng reads.

A language is (voice, onsets, nuclei, codas): a word is one to four syllables of an onset, a nucleus and now and then a coda.
espeak-ng's own spelling rules turn them into that language's sounds and rhythm.
"""

LATIN_ONSETS = "b p m f v d t n l s z k g r h j w bl br pl pr fl fr gr kr tr st sp b p m".split()
LATIN_CODAS = "n m l r s t k p b d f".split()


def _latin(voice, onsets="", nuclei="", codas="", without=""):
    kept = [onset for onset in LATIN_ONSETS if not set(onset) & set(without)]
    return voice, kept + onsets.split(), "a e i o u".split() + nuclei.split(), [c for c in LATIN_CODAS if c not in without] + codas.split()


CYRILLIC_ONSETS = "б п м ф в д т н л с з к г р х ж ш ч ц бр пл ст м п б".split()
CYRILLIC_CODAS = "н м л р с т к п б ш ль ть".split()

_HANGUL = [chr(0xAC00 + (initial * 21 + vowel) * 28 + final) for initial in range(19) for vowel in range(21) for final in (0, 0, 4, 8, 16, 17, 21)]
_KANA = list("あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわんばびぶべぼぱぴぷぺぽざじずぜぞだでどがぎぐげご") + [
    "きゃ",
    "しゅ",
    "ちょ",
    "びょ",
    "みゃ",
    "まあ",
    "ぴゅ",
]

LANGUAGES = {
    "de": _latin("de", "sch z pf w ch tz schl zw qu", "ä ö ü ei au eu ie aa uh", "ch sch ng tz st rt"),
    "fr": _latin("fr", "ch gn qu j v z", "é è ê ou an on in eu oi au y un", "lle sse ge ne che", without="wkh"),
    "es": _latin("es", "ñ ll ch rr qu", "ie ue á é ó ia ai", "n s r l", without="wkz"),
    "it": _latin("it", "gl gn sc ch gh qu zz", "ia ie uo ai", "", without="wkjh"),
    "pt": _latin("pt-br", "lh nh ch rr qu", "ã õe ão é ê ou ei ó", "m s r l", without="wky"),
    "pl": _latin("pl", "sz cz rz ś ć ż ź ł dz prz szcz", "y ą ę ó ie", "sz cz ł ść ń", without="v"),
    "nl": _latin("nl", "sch g v z w", "aa ee ij ui eu oe oo ei", "cht ng gt"),
    "sv": _latin("sv", "sj tj skj kv", "å ä ö y", "ng rt rd", without="wz"),
    "da": _latin("da", "hv kj", "å æ ø y", "ng gt", without="wz"),
    "nb": _latin("nb", "sk skj kj", "å æ ø y ei", "ng", without="wz"),
    "fi": _latin("fi", "", "ä ö y aa ii uu ää uo ie", "nt kk", without="wzbfg"),
    "hu": _latin("hu", "sz zs cs gy ny ty", "á é ő ű ö ü ó", "sz cs k", without="wj"),
    "cs": _latin("cs", "č š ž ř ň ď", "á é ě í ů ou y", "č š ž", without="w"),
    "tr": _latin("tr", "ç ş c y", "ı ö ü", "ş ç k r", without="w"),
    "ro": _latin("ro", "ț ș ce gh", "ă â î ea oa", "ț ș", without="w"),
    "id": _latin("id", "ny ng c y", "ai au", "ng h"),
    "sw": _latin("sw", "mb nd ng' sh ch dh th mw", "", "", without="c"),
    "vi": _latin("vi", "ph th tr ng nh kh đ ch", "ă â ê ô ơ ư á à ạ ươ iê", "ng nh ch c", without="fjzw"),
    "eo": _latin("eo", "ĉ ĝ ŝ ĵ c", "aŭ oj aj", "j", without="w"),
    "cy": _latin("cy", "ll dd rh ch ff", "w y wy ae oe", "dd ll ch", without="kvzj"),
    "cmn": (
        "cmn-latn-pinyin",
        "b p m f d t n l g k h j q x zh ch sh r z c s b m p w y".split(),
        "a1 a2 a4 i1 i3 u2 u4 ai2 ao3 an1 ang4 en2 ou1 ong3 ia4 iao1 ian2 uo3 e4".split(),
        [""],
    ),
    "ja": ("ja", _KANA, [""], ["ん", "ー", "っ"]),
    "ko": ("ko", _HANGUL, [""], [""]),
    "ru": ("ru", CYRILLIC_ONSETS + ["щ"], "а е и о у ы э ю я ё ай".split(), CYRILLIC_CODAS),
    "uk": ("uk", CYRILLIC_ONSETS + ["щ"], "а е и о у і ї є ю я".split(), CYRILLIC_CODAS),
    "bg": ("bg", CYRILLIC_ONSETS, "а е и о у ъ ю я".split(), CYRILLIC_CODAS[:10]),
    "sr": ("sr", CYRILLIC_ONSETS + ["ћ", "ђ", "љ", "њ"], "а е и о у".split(), CYRILLIC_CODAS[:10]),
    "el": ("el", "β π μ φ δ θ τ ν λ σ ζ κ γ ρ χ ψ ξ μπ ντ γκ".split(), "α ε η ι ο ω ου αι ει οι ύ ά".split(), ["ς", "ν", "ρ"]),
    "hi": ("hi", list("कखगघचछजझटठडढतथदधनपफबभमयरलवशसहबमप"), ["", "ा", "ि", "ी", "ु", "ू", "े", "ै", "ो", "ौ", "ां"], ["न", "म", "र", "ल", "स", "त"]),
    "bn": ("bn", list("কখগঘচছজটডতথদধনপফবভমযরলশসহবমপ"), ["", "া", "ি", "ী", "ু", "ে", "ো"], ["ন", "ম", "র", "ল"]),
    "ta": ("ta", list("கசடதபமயரலவநஞளழபம"), ["", "ா", "ி", "ீ", "ு", "ூ", "ே", "ை", "ோ"], ["ன்", "ம்", "ர்", "ல்"]),
    "ar": ("ar", list("بمفتدنلسزكقرشجحخعغصضطظهوثذبم"), ["َ", "ِ", "ُ", "َا", "ِي", "ُو"], ["ن", "م", "ر", "ل", "س"]),
    "fa": ("fa", list("بپمفتدنلسزکگرشجچخقهوبم"), ["َ", "ِ", "ُ", "ا", "ی", "و"], ["ن", "م", "ر", "ل", "س"]),
    "he": ("he", list("בפמתדנלסזכגרשחהוטקצבמ"), ["ַ", "ִ", "ֶ", "וֹ", "וּ", "ֵ"], ["ן", "ם", "ר", "ל"]),
    "ka": ("ka", list("ბპფმვდტთნლსზკგქრშჩჯხჰჟცძწჭბმ"), list("აეიოუ"), list("ნმრლს")),
}
"""Every language but English, which has words of its own in `text`."""
