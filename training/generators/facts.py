"""The calendar, and everyday phrases in four languages, both ways round."""

import random

from training.corpus import Conversation, exchange
from training.generators.vocabulary import DAYS, MONTHS

LANGUAGES = ("French", "German", "Spanish", "Italian")
PHRASES = tuple(
    tuple(row.strip().split(" | "))
    for row in """hello | bonjour | hallo | hola | ciao
good morning | bonjour | guten Morgen | buenos días | buongiorno
good evening | bonsoir | guten Abend | buenas tardes | buonasera
good night | bonne nuit | gute Nacht | buenas noches | buonanotte
goodbye | au revoir | auf Wiedersehen | adiós | arrivederci
see you tomorrow | à demain | bis morgen | hasta mañana | a domani
thank you | merci | danke | gracias | grazie
thank you very much | merci beaucoup | vielen Dank | muchas gracias | grazie mille
please | s'il vous plaît | bitte | por favor | per favore
you're welcome | de rien | gern geschehen | de nada | prego
yes | oui | ja | sí | sì
no | non | nein | no | no
excuse me | excusez-moi | entschuldigung | perdón | scusi
I'm sorry | je suis désolé | es tut mir leid | lo siento | mi dispiace
how are you? | comment ça va ? | wie geht es dir? | ¿cómo estás? | come stai?
I'm fine | ça va bien | mir geht es gut | estoy bien | sto bene
what is your name? | comment tu t'appelles ? | wie heißt du? | ¿cómo te llamas? | come ti chiami?
my name is Anna | je m'appelle Anna | ich heiße Anna | me llamo Anna | mi chiamo Anna
where is the station? | où est la gare ? | wo ist der Bahnhof? | ¿dónde está la estación? | dov'è la stazione?
how much is it? | combien ça coûte ? | wie viel kostet das? | ¿cuánto cuesta? | quanto costa?
I don't understand | je ne comprends pas | ich verstehe nicht | no entiendo | non capisco
I love you | je t'aime | ich liebe dich | te quiero | ti amo
happy birthday | joyeux anniversaire | alles Gute zum Geburtstag | feliz cumpleaños | buon compleanno
enjoy your meal | bon appétit | guten Appetit | buen provecho | buon appetito
good luck | bonne chance | viel Glück | buena suerte | buona fortuna
water | l'eau | das Wasser | el agua | l'acqua
bread | le pain | das Brot | el pan | il pane
coffee | le café | der Kaffee | el café | il caffè
the house | la maison | das Haus | la casa | la casa
the dog | le chien | der Hund | el perro | il cane
the cat | le chat | die Katze | el gato | il gatto
the book | le livre | das Buch | el libro | il libro
the friend | l'ami | der Freund | el amigo | l'amico
the sun | le soleil | die Sonne | el sol | il sole
the moon | la lune | der Mond | la luna | la luna
one, two, three | un, deux, trois | eins, zwei, drei | uno, dos, tres | uno, due, tre
red | rouge | rot | rojo | rosso
blue | bleu | blau | azul | blu
green | vert | grün | verde | verde
today | aujourd'hui | heute | hoy | oggi
tomorrow | demain | morgen | mañana | domani
I am hungry | j'ai faim | ich habe Hunger | tengo hambre | ho fame
I am tired | je suis fatigué | ich bin müde | estoy cansado | sono stanco
the chip | la puce | der Chip | el chip | il chip
fast | rapide | schnell | rápido | veloce
big | grand | groß | grande | grande
small | petit | klein | pequeño | piccolo""".split("\n")
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
            "twelfth")  # fmt: skip
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def calendar(rng: random.Random) -> Conversation:
    names, kind = rng.choice(((DAYS, "day"), (MONTHS, "month")))
    i = rng.randrange(len(names))
    here, after, before = names[i], names[(i + 1) % len(names)], names[i - 1]
    if rng.random() < 0.35:
        return exchange(rng.choice(("What {k} comes after {h}?", "which {k} is after {h}", "what comes after {h}?")).format(
            k=kind, h=here), f"After {here} comes {after}.")  # fmt: skip
    if rng.random() < 0.45:
        return exchange(rng.choice(("What {k} comes before {h}?", "which {k} is before {h}", "what comes before {h}?")).format(
            k=kind, h=here), f"Before {here} comes {before}.")  # fmt: skip
    return _day_later(rng) if kind == "day" else _month(rng, i)


def _day_later(rng: random.Random) -> Conversation:
    i, later = rng.randrange(7), rng.randint(1, 6)
    steps = [DAYS[(i + step) % 7] for step in range(1, later + 1)]
    question = rng.choice(
        ("Today is {d}. What day is it in {n} days?", "if today is {d}, what day is it in {n} days")
    )
    if later == 1:
        question = rng.choice(
            ("Today is {d}. What day is tomorrow?", "If today is {d}, what is tomorrow?")
        )
    return exchange(
        question.format(d=DAYS[i], n=later),
        f"After {DAYS[i]}: {', '.join(steps)}. So it is {steps[-1]}.",
    )


def _month(rng: random.Random, i: int) -> Conversation:
    if rng.random() < 0.5:
        question = rng.choice(("Which month is {0}?", "What is the {1} month of the year?")).format(
            f"number {i + 1}", ORDINALS[i]
        )
        return exchange(question, f"The {ORDINALS[i]} month is {MONTHS[i]}.")
    days = "28 days, and 29 in a leap year" if i == 1 else f"{MONTH_DAYS[i]} days"
    return exchange(
        rng.choice(("How many days has {0}?", "how many days are in {0}")).format(MONTHS[i]),
        f"{MONTHS[i]} has {days}.",
    )


def translation(rng: random.Random) -> Conversation:
    english, *others = rng.choice(PHRASES)
    i = rng.randrange(4)
    language, foreign = LANGUAGES[i], others[i]
    if rng.random() < 0.75:
        question = rng.choice(("How do you say '{e}' in {l}?", "{e} in {l}", "Translate '{e}' to {l}", "what is {e} in {l}",
                               "how do i say {e} in {l}?", "Say \"{e}\" in {l}.", "What's the {l} for '{e}'?"))  # fmt: skip
        answer = rng.choice(("'{e}' is '{f}' in {l}.", "In {l}: {f}", "In {l}, '{e}' is '{f}'."))
    else:
        same = [name for name, text in zip(LANGUAGES, others, strict=True) if text == foreign]
        if len(same) > 1 or english in ("good morning", "no"):
            return translation(rng)
        question = rng.choice(
            ("What does '{f}' mean?", "what is {f} in English", "Translate '{f}' to English")
        )
        answer = "'{f}' is {l} and means '{e}'."
    return exchange(
        question.format(e=english, l=language, f=foreign),
        answer.format(e=english, l=language, f=foreign),
    )
