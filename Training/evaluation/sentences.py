"""Sentences for judging; none of them, nor their grammar, is used in training."""

ENGLISH = (
    "Behind the bakery a bearded man was peeling apples for a pumpkin pie.",
    "Would you mind if we postponed the meeting until Wednesday afternoon?",
    "My grandmother's favourite melody came from an old Bohemian opera.",
    "Five hundred people marched above the bay, humming and clapping.",
    "Thank you for calling; someone will be with you in a moment.",
    "The museum bought both maps, but the bigger one proved to be fake.",
    "Imagine a mobile home with a marble bathtub and a plum tree.",
    "She sells sea shells, while he measures the shape of each wave.",
    "Pepper improves almost every soup, provided you don't use too much.",
    "Every evening the ferry from Bombay brings lemons, lamps and bamboo.",
    "Why are you so upset about a bit of mud on the carpet?",
    "Our robot vacuum bumps into the piano and wakes up the baby.",
    "Both umpires blamed the pitcher, who simply smiled and bowed.",
    "Maybe tomorrow the plumber will fix the pipe beneath the pavement.",
    "Good morning, and welcome to the four o'clock news from Aberdeen.",
    "Oh boy, I really do not believe we have met before, have we?",
    "The amber beads were wrapped in purple paper and put on top.",
    "Few monkeys prefer mushrooms to a ripe, warm banana.",
)

OTHER = {
    "sv": ("Mamma bakar bullar och pappa plockar blåbär vid bäcken.", "På måndag möter vi min bror framför posten.", "Jag älskar sommarens ljumma kvällar vid havet."),
    "tr": ("Babam bu sabah pazardan beş kilo elma aldı.", "Büyük bir gemi limana doğru yavaşça ilerliyor.", "Müzik dinlemek bana her zaman mutluluk verir."),
    "uk": ("Мама купила білий хліб, молоко та яблука.", "Після обіду ми пішли гуляти біля моря.", "Мій брат пише великий роман про любов."),
    "pt": ("Amanhã bem cedo a minha prima compra pão na padaria.", "O barco pequeno passou debaixo da ponte.", "Meu avô gosta muito de música e de poesia."),
}

ITALIAN = (
    "La mamma prepara una buona zuppa per il bambino.",
    "Ogni sabato compro pane, formaggio e molte mele al mercato.",
    "Il ponte vecchio passa sopra un piccolo fiume.",
    "Domani mattina prendo il primo autobus per Bologna.",
)
