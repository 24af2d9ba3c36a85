"""Things to say: English sentences of a small grammar, nonsense in many languages, babble of syllables, numbers, sung vowels."""

from .languages import LANGUAGES

WORDS = {
    "determiner": "the a my your our their this that every one another some her his no each any".split(),
    "adjective": """big blue small brave purple happy broken empty warm clever bitter smooth famous modern simple human private public wild
        foreign political beautiful possible available important impossible heavy yellow orange thin thick rough young old fresh
        remarkable peaceful humble pale bright shabby jumpy wobbly fabulous invisible vivid mild brown wooden golden silver soft
        loud quiet lovely royal social musical tiny giant cheap expensive frozen wet dry ready proper urban rural distant""".split(),
    "noun": """mother baby people apple problem map paper bubble member summer pump lamp puppy bishop pepper umbrella camp number company
        memory movie film video voice violin coffee wolf wife leaf river cave valley village fish chip ship shop church judge magic
        measure vision treasure garage thing thumb tooth month mouth father brother weather leather feather moon food school shoe
        room fruit boat road coat snow window yellow house mouse mountain cloud town boy toy coin noise king song ring finger
        singer dog cat bird tree light night child eye ice time life price bridge station nation question picture future teacher
        table chair kitchen garden winter water butter letter city party market doctor lawyer farmer driver pilot captain
        soldier island ocean beach sand stone hill field forest flower bread cheese soup salad lemon melon plum pear
        grape berry potato tomato bean corn rice meal dinner lunch supper breakfast evening morning week year century
        moment minute hour problem answer story book page word sentence language music piano guitar drum trumpet flute
        computer program machine engine robot model number pattern system method science theory example result""".split(),
    "verb": """make bring keep push pull jump move improve remember believe love like leave build buy sell show choose throw grow know
        hope help stop drop keep chew wash watch teach reach catch touch measure imagine arrange judge change follow borrow
        swallow open close find lose play sing say tell speak whisper mumble bubble climb comb bump pump wipe wave save serve
        solve forgive observe begin become compare complain combine perform permit publish punish finish polish copy carry bury
        study enjoy destroy avoid point join turn burn learn hurt search work want wait walk talk call fall draw saw cause""".split(),
    "adverb": """slowly often maybe probably usually never always simply quickly finally happily again today tomorrow somehow everywhere
        perhaps really almost completely beautifully calmly bravely warmly firmly above below before behind upstairs""".split(),
    "preposition": "by with from behind above before below between beside beyond over under through without among for of in on at near".split(),
    "pronoun": "I you we they somebody nobody people everyone".split(),
    "opening": ["Well,", "So,", "Maybe", "But", "And", "Because", "If", "When", "Perhaps", "Hello,", "Oh,", "Please,", "Yes,", "No,", "Look,"],
}
NAMES = "Bob Paul Emma Pam Mike Philip Tom Amy Sophie Peter Molly Abby Victor Fiona Wendy Hugh Lucy Boris Maria Ahmed Yuki Olga Papa Mum".split()

VOICED = ["a", "e", "i", "o", "u", "ee", "oo", "ah", "aw", "oh", "ay", "my", "bow", "boy"]
SYLLABLES = "ba be bee bo boo pa pee po pooh ma me moe moo my fa fee foe va vee voo wa we woe woo da dee do la lee loo na knee no sa see so sha she shoe cha chew ja jaw thaw the ya you ka key go ga ha he who ra ray row".split()


class Writer:
    """Makes texts from one random generator (numpy's)."""

    def __init__(self, generator):
        self.generator = generator

    def pick(self, things):
        return things[int(self.generator.integers(len(things)))]

    def chance(self, probability):
        return self.generator.random() < probability

    def noun_phrase(self):
        if self.chance(0.15):
            return self.pick(NAMES)
        if self.chance(0.15):
            return self.pick(WORDS["pronoun"])
        words = [self.pick(WORDS["determiner"])]
        words += [self.pick(WORDS["adjective"]) for _ in range(int(self.generator.integers(0, 3)))]
        return " ".join([*words, self.pick(WORDS["noun"])])

    def clause(self):
        words = [self.noun_phrase(), self.pick(WORDS["verb"]), self.noun_phrase()]
        if self.chance(0.4):
            words += [self.pick(WORDS["preposition"]), self.noun_phrase()]
        if self.chance(0.3):
            words.insert(1, self.pick(WORDS["adverb"]))
        return " ".join(words)

    def english(self):
        """One sentence of one to three clauses."""
        text = (self.pick(WORDS["opening"]) + " " if self.chance(0.25) else "") + self.clause()
        while self.chance(0.35) and len(text) < 160:
            text += self.pick([", ", " and ", " because ", ", but ", "; ", " that "]) + self.clause()
        return text + self.pick([".", ".", ".", "!", "?"])

    def word(self, language):
        _, onsets, nuclei, codas = LANGUAGES[language]
        word = ""
        for _ in range(int(self.generator.choice([1, 2, 3, 4], p=[0.2, 0.4, 0.3, 0.1]))):
            word += self.pick(onsets) + self.pick(nuclei) + (self.pick(codas) if self.chance(0.3) else "")
        return word

    def nonsense(self, language):
        """A sentence of made words in another language's letters."""
        words = [self.word(language) for _ in range(int(self.generator.integers(3, 11)))]
        marks = [self.pick([",", ""]) if self.chance(0.25) else "" for _ in words]
        return " ".join(word + mark for word, mark in zip(words, marks)) + self.pick([".", "!", "?"])

    def babble(self):
        """Repeated and mixed syllables: ba ba bee bo ma, with every lip gesture next to every vowel."""
        syllables = []
        while len(syllables) < int(self.generator.integers(6, 20)):
            syllables += [self.pick(SYLLABLES)] * int(self.generator.integers(1, 4))
        return self.pick([" ", " ", ", ", ""]).join(syllables) + "."

    def number(self):
        return " ".join(str(int(10 ** self.generator.uniform(0, 5))) for _ in range(int(self.generator.integers(2, 6)))) + "."

    def lyric(self):
        """Words with few closed syllables, for singing."""
        pool = SYLLABLES + VOICED + "love moon blue baby home away tonight forever dream fly high summer lonely show me woman follow".split()
        return " ".join(self.pick(pool) for _ in range(int(self.generator.integers(4, 12)))) + "."

    def any_english(self):
        draw = self.generator.random()
        return self.english() if draw < 0.7 else self.babble() if draw < 0.88 else self.number()
