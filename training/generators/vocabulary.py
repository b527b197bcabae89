"""The word lists that the grammars draw from; a word stands in every list that it belongs to."""

NAMES = tuple(
    """Nora Anna Tom Mia Leo Lena Max Ella Sam Ruby Oscar Ida Felix Clara Hugo Zoe Ben Alice Noah Emma Liam Olivia Jack Lucy
    Omar Aisha Yuki Kenji Mei Wei Ravi Priya Arjun Fatima Hassan Ines Pedro Lucia Carlos Sofia Marco Giulia Pierre Amelie
    Hans Greta Lars Astrid Sven Freya Ivan Olga Dmitri Katya Jan Zofia Pavel Eva Nico Elif Emre Leila Amir Noor Tariq Sana
    Kofi Ama Chidi Amara Zuri Jabari Thabo Naledi Mateo Valentina Diego Camila Kai Moana Finn Maeve Rory Isla Callum Gwen
    Dylan Megan Arthur Rose Henry Daisy George Poppy Harry Ivy Theo Luna Milo Stella Bruno Nina Pip Willow Otto Hazel Jasper
    Olive Rufus Pearl Barnaby Coco Biscuit Pepper Ziggy Pebbles Sunny Momo Tilly Toby Bella Charlie Molly David Sarah
    Michael Laura James Maria John Julia Peter Paul Kate Jonas Simon Tim Linda Chris Alex Robin Sasha Andrea Kim""".split()
)
GIRLS = frozenset(
    """Nora Anna Mia Lena Ella Ruby Ida Clara Zoe Alice Emma Olivia Lucy Aisha Yuki Mei Priya Fatima Ines Lucia Sofia Giulia Amelie
    Greta Astrid Freya Olga Katya Zofia Eva Elif Leila Noor Sana Ama Amara Zuri Naledi Valentina Camila Moana Maeve Isla Gwen
    Megan Rose Daisy Poppy Ivy Luna Stella Nina Pip Willow Hazel Olive Pearl Coco Pepper Sunny Momo Tilly Bella Molly Sarah
    Laura Maria Julia Kate Linda Andrea Kim""".split()
)
COLOURS = tuple(
    "red blue green yellow orange purple pink black white brown grey turquoise gold silver violet".split()
)
PETS = tuple("cat dog rabbit hamster parrot goldfish turtle horse mouse snake lizard".split())
ANIMALS = tuple(
    """fox bear rabbit owl mouse hedgehog squirrel badger otter beaver deer wolf lion tiger elephant giraffe zebra monkey
    penguin seal whale dolphin octopus crab turtle frog snail bee butterfly ladybird ant spider duck goose swan robin crow
    parrot eagle cat dog horse cow pig sheep goat donkey hen mole bat kangaroo koala panda camel crocodile flamingo
    hamster lizard snake moose sloth raccoon shark""".split()
)
FOODS = tuple(
    """apple banana pear cherry strawberry orange lemon grape melon peach plum mango kiwi carrot potato tomato onion garlic
    pepper cucumber pumpkin spinach broccoli bread cheese butter rice pasta pizza soup salad cake cookie pancake chocolate
    honey egg sandwich noodles porridge""".split()
)
THINGS = tuple(
    """table chair lamp book pencil window door garden river mountain bridge castle lighthouse train bicycle boat rocket
    balloon kite umbrella candle mirror clock key map compass drum violin piano guitar camera telescope computer keyboard
    robot ladder hammer basket bottle blanket pillow button ribbon feather stone shell leaf flower tree forest island
    ocean desert valley village market school library museum theatre hospital station harbour kitchen cloud rain snow
    thunder wind moon star planet sun rainbow shadow echo winter summer autumn spring morning evening night friend
    teacher doctor farmer baker painter writer singer sailor pilot king queen wizard pirate knight garden chip token
    memory engine matrix number letter word sentence question answer story poem song dance game puzzle secret dream
    journey holiday birthday present letter language music picture""".split()
)
WORDS = tuple(dict.fromkeys(ANIMALS + FOODS + THINGS + COLOURS))
PLACES = ("at home", "at school", "in the garden", "by the sea", "in the mountains", "in a small village", "on a boat",
          "in a big city", "in the forest", "on a farm")  # fmt: skip
HOBBIES = ("painting", "chess", "football", "swimming", "reading", "cooking", "hiking", "dancing", "cycling", "gardening",
           "photography", "playing the piano", "playing the guitar", "climbing", "knitting", "running", "programming",
           "sailing", "singing", "fishing")  # fmt: skip
JOBS = ("teacher", "nurse", "engineer", "student", "baker", "doctor", "designer", "farmer", "pilot", "gardener", "lawyer",
        "programmer", "musician", "photographer", "electrician", "writer", "chef", "scientist", "carpenter",
        "librarian")  # fmt: skip
CITIES = ("Berlin", "Paris", "London", "Madrid", "Rome", "Vienna", "Oslo", "Zurich", "Lisbon", "Prague", "Warsaw", "Dublin",
          "Boston", "Chicago", "Toronto", "Tokyo", "Seoul", "Mumbai", "Nairobi", "Lagos", "Cairo", "Sydney", "Lima",
          "Hamburg", "Munich", "Kyoto", "Porto", "Bergen", "Leeds", "Ghent")  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
COUNTS = {
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
}


def article(noun: str) -> str:
    """The noun with "a" or "an"."""
    return f"an {noun}" if noun[0].lower() in "aeiou" else f"a {noun}"


def enumerate_words(words: list[str]) -> str:
    """Words as a list in prose: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
