"""A question to the same question in other words: as people begin and end what they ask a chat
model.

The entries say *what* may be asked in several wordings; these rules multiply the ways around it, so
that "can you tell me …" or "whats …" is never what a small model stumbles over.
"""

import random
import re

ASKING = ("do you know {0}", "can you tell me {0}", "tell me {0}", "i want to know {0}", "could you tell me {0}", "I wonder {0}",
          "any idea {0}", "please tell me {0}", "I would like to know {0}", "you know {0}", "say, {0}", "I forgot {0}",
          "i need to know {0}", "explain to me {0}", "my question is {0}", "so {0}", "and {0}", "well, {0}", "i'm asking {0}",
          "let me know {0}", "a question: {0}", "one more thing: {0}", "just wondering {0}", "help me out, {0}",
          "do you happen to know {0}", "I'd love to hear {0}", "hm, {0}", "I can't remember {0}", "I'm trying to find out {0}")  # fmt: skip
NAMING = ("what's {0}", "whats {0}", "what exactly is {0}", "tell me {0}", "do you know {0}", "can you tell me {0}", "{0}",
          "i want to know {0}", "I'm looking for {0}", "could you tell me {0}", "please tell me {0}", "what would be {0}",
          "what is {0} then", "name {0}", "give me {0}", "what was {0} again", "I need to know {0}", "remind me, what is {0}",
          "what do they call {0}", "quiz question: {0}", "i forgot {0}", "which is {0}", "{0} is what", "{0}, which is it",
          "what might be {0}", "can you name {0}", "I can't remember {0}", "let me know {0}", "pub quiz: {0}",
          "crossword: {0}", "what do we call {0}", "I was asked for {0}", "would you happen to know {0}", "{0}, any idea",
          "looking for {0}", "what do people mean by {0}")  # fmt: skip
DEFINING = ("what's {0}", "whats {0}", "what exactly is {0}", "explain {0}", "define {0}", "what does {0} mean", "meaning of {0}",
            "tell me about {0}", "can you explain {0}", "could you explain what {0} is", "i don't know what {0} is", "{0}",
            "what do you mean by {0}", "please explain {0}", "do you know what {0} is", "what is {0} in simple words",
            "what the heck is {0}", "never heard of {0}, what is it", "describe {0}", "what do people mean by {0}",
            "{0} meaning", "{0} explained", "{0} definition", "eli5 {0}", "help me understand {0}", "basics of {0}", "what about {0}",
            "quick question: what is {0}", "give me a definition of {0}", "i keep hearing about {0}", "{0}, what does that mean",
            "i read the word {0}, what is that", "how would you explain {0}", "teach me what {0} is", "{0} - what is it",
            "{0} for dummies", "could you define {0}", "what should I know about {0}", "I'd like to understand {0}",
            "what do people call {0}", "what is meant by {0}", "in plain words, what is {0}", "explain {0} to a child",
            "say what {0} is", "{0} in plain english", "a short explanation of {0}", "what can you tell me about {0}",
            "tell me what {0} is", "someone mentioned {0}, what is that", "i have no clue what {0} is", "the idea of {0}",
            "{0}? what's that", "introduce me to {0}")  # fmt: skip
ORDERING = ("can you {0}", "could you {0}", "please {0}", "would you {0}", "i want you to {0}", "{0} please", "pls {0}", "{0}, please",
            "I'd like you to {0}", "will you {0}", "{0} for me", "go on, {0}", "now {0}", "are you able to {0}", "try to {0}",
            "can u {0}", "be so kind and {0}", "hey, {0}",
            "I need you to {0}", "your task: {0}", "it would be nice if you could {0}", "quickly {0}", "could you perhaps {0}",
            "{0}, would you", "may I ask you to {0}", "do me a favour and {0}", "{0} if you can")  # fmt: skip
WISHING = ("i want {0}", "I'd like {0}", "I need {0}", "give me {0}", "can i have {0}", "how about {0}", "let me hear {0}", "{0}",
           "could I get {0}", "make up {0}", "make me {0}", "compose {0}", "tell {0}", "i would love {0}", "do {0}", "write {0}",
           "show me {0}", "may I have {0}", "please write {0}", "quickly, {0}", "come up with {0}",
           "I'm in the mood for {0}", "please make {0}", "could you do {0}", "I would like to read {0}", "got {0} for me",
           "think up {0}", "surprise me with {0}", "time for {0}", "is there {0} you can give me", "I could use {0}",
           "let me have {0}")  # fmt: skip
ENDINGS = (" please", " pls", ", please", ", thanks", " thank you", "??", " ?", ", do you know", ", if you know", " i forgot",
           ", in short", ", quickly", " then", " pebble", " exactly", ", what do you think", " for a school project",
           " in one sentence", " in simple words", " briefly", ", simply put", " for a beginner", " in general", ", just curious",
           ", i wonder", " again", " really", " anyway",
           ", in a few words", ", I'm new to this", " for my homework", ", no hurry", ", thanks a lot", " or so", " lol",
           ", a short answer is enough", ", can you say", ", my kid asks", " for kids", ", I keep mixing it up", ", any idea",
           ", cheers")  # fmt: skip
IN_CHINESE = ("请问{0}", "你知道{0}吗", "告诉我{0}", "我想知道{0}", "请告诉我{0}", "{0}呢", "可以说说{0}吗", "你好，{0}", "能告诉我{0}吗",
              "小石头，{0}", "{0}，谢谢", "那{0}", "问一下，{0}", "{0}？", "请说{0}")  # fmt: skip
RULES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"([\u4e00-\u9fff].*)"), IN_CHINESE),
    (re.compile(r"what(?:'s| is| are) (the .+)", re.IGNORECASE), NAMING),
    (re.compile(r"what(?:'s| is| are) ((?:an? )?[\w-]+(?: [\w-]+)?)", re.IGNORECASE), DEFINING),
    (
        re.compile(
            r"((?:how|why|who|when|where|which|what (?:does|do|did|happens|makes|kind)) .+)",
            re.IGNORECASE,
        ),
        ASKING,
    ),
    (
        re.compile(r"(?:tell me|write(?: me)?|give me|make(?: me)?) (an? .+)", re.IGNORECASE),
        WISHING,
    ),
    (
        re.compile(
            r"((?:tell|write|give|show|name|list|explain|describe|compare|translate) .+)",
            re.IGNORECASE,
        ),
        ORDERING,
    ),
)  # the first that fits the whole question is taken


SAME: tuple[tuple[str, ...], ...] = (
    ("largest", "biggest", "greatest"),
    ("highest", "tallest"),
    ("smallest", "tiniest", "littlest"),
    ("fastest", "quickest", "speediest"),
    ("fast", "quick", "speedy"),
    ("quickly", "fast", "in a hurry"),
    ("famous", "well-known", "known"),
    ("explain", "describe", "tell me"),
    ("difference", "distinction"),
    ("how many", "what number of"),
    ("how do I", "how can I", "how do you", "how would I", "how to", "how should I", "what's the way to"),
    ("how do you", "how do I", "how does one", "how can one", "how to"),
    ("what does", "what would"),
    ("who invented", "who came up with", "who was the inventor of", "who made the first"),
    ("who wrote", "who is the author of", "which writer wrote", "who was it that wrote"),
    ("who painted", "which painter made", "who is the painter of", "who was it that painted"),
    ("who discovered", "who found", "who was the discoverer of"),
    ("write", "make", "give me", "create", "produce"),
    ("snippet", "code", "bit of code", "example"),
    ("function", "method"),
    ("in Python", "with Python", "using Python", "python:", "in python code"),
    ("a list", "my list", "some list"),
    ("remove", "drop", "delete", "get rid of"),
    ("sort", "order", "put in order"),
    ("reverse", "turn around", "flip"),
    ("mean", "stand for", "stand for in words"),
    ("means", "stands for"),
    ("meaning", "sense", "definition"),
    ("called", "named", "known as"),
    ("work", "function", "operate"),
    ("use", "make use of", "employ"),
    ("used for", "good for", "for", "there for"),
    ("important", "so important", "a big deal"),
    ("in the world", "on earth", "on the planet", "of all"),
    ("people", "persons", "folks"),
    ("kid", "child"),
    ("kids", "children"),
    ("movie", "film"),
    ("country", "land", "nation"),
    ("city", "town"),
    ("money", "cash"),
    ("job", "work", "occupation"),
    ("happy", "glad", "cheerful"),
    ("sad", "down", "unhappy", "blue"),
    ("tired", "exhausted", "worn out"),
    ("angry", "mad", "furious"),
    ("afraid", "scared", "frightened"),
    ("nice", "lovely", "pleasant"),
    ("funny", "amusing", "hilarious"),
    ("tell me a", "give me a", "let me hear a", "do you have a", "know any"),
    ("story", "tale", "little story"),
    ("poem", "verse", "few verses"),
    ("short", "brief", "little"),
    ("about", "on", "concerning", "regarding"),
    ("begin", "start"),
    ("end", "finish", "stop"),
    ("weather", "forecast"),
    ("today", "right now", "at the moment", "currently"),
    ("price", "cost"),
    ("cheap", "inexpensive", "low-priced"),
    ("speed", "pace", "rate"),
    ("compare", "contrast"),
    ("answer", "reply", "response"),
    ("question", "thing to ask"),
    ("can you", "could you", "are you able to", "do you know how to", "would you be able to"),
    ("do you know", "are you aware of", "have you heard of"),
    ("do you like", "are you fond of", "do you enjoy"),
    ("are you", "r u", "you are", "would you say you are"),
    ("I want to", "i wanna", "I'd like to", "I wish to"),
    ("I need", "i require", "I'm in need of"),
    ("please", "pls", "kindly"),
    ("what is", "whats", "what's", "what exactly is"),
    ("what are", "what exactly are", "which are"),
    ("why is", "for what reason is", "why exactly is", "why on earth is"),
    ("why do", "for what reason do", "why exactly do", "why would"),
    ("where is", "where do I find", "wheres", "in which place is"),
    ("when did", "in which year did", "in what year did"),
    ("when was", "in which year was", "what year was"),
    ("which", "what"),
    ("happens", "occurs", "goes on"),
    ("makes", "causes", "lets"),
    ("picture", "image", "photo"),
    ("computer", "pc", "machine"),
    ("program", "app", "piece of software"),
    ("lots of", "many", "plenty of"),
    ("big", "large", "huge"),
    ("small", "little", "tiny"),
    ("what happens when", "what happens if", "what takes place when", "what goes on when"),
    ("what happens if", "what happens when", "what would happen if"),
    ("how does", "in what way does", "how exactly does", "in which way does"),
    ("how do", "in what way do", "how exactly do", "in which way do"),
    ("how can I", "how could I", "how do I", "what can I do to"),
    ("how long does it take", "how much time does it take", "how many minutes or hours does it take"),
    ("how far away is", "at what distance is", "how distant is"),
    ("how big is", "how large is", "what size is"),
    ("how old is", "what age is", "what is the age of"),
    ("how fast is", "how quick is", "how speedy is", "just how fast is"),
    ("how much does it cost", "what does it cost", "what's the price of it"),
    ("how tall is", "how high is", "what is the height of"),
    ("how deep is", "what is the depth of", "just how deep is"),
    ("how hot is", "how warm is", "what temperature is"),
    ("how often", "how frequently", "how many times"),
    ("who was", "who exactly was", "what person was"),
    ("what was", "what exactly was", "what actually was"),
    ("where can I", "where could I", "in which place can I", "where might I"),
    ("why are", "why exactly are", "for what reason are", "why on earth are"),
    ("why does", "why exactly does", "for what reason does", "why on earth does"),
    ("why did", "why exactly did", "for what reason did"),
    ("why can't", "why exactly can't", "for what reason can't"),
    ("why was", "why exactly was", "for what reason was"),
    ("why should I", "what reason do I have to", "why would I"),
    ("is it true that", "is it correct that", "is it a fact that", "am I right that"),
    ("is it possible to", "is there a way to", "can one", "could one"),
    ("is there", "is there actually", "is there really", "would there be"),
    ("what kind of", "what sort of", "what type of", "which kind of"),
    ("what do you think about", "what is your opinion on", "what are your thoughts on", "what do you make of"),
    ("what can you", "what are you able to", "which things can you"),
    ("what is the difference between", "what is different between", "what separates", "what distinguishes"),
    ("what is the meaning of", "what is meant by", "what does one mean by"),
    ("what is the purpose of", "what is the point of", "what is the aim of", "what is the use of"),
    ("what is the name of", "what do they call", "what do you call"),
    ("can I", "could I", "may I", "am I able to", "is it possible for me to"),
    ("can we", "could we", "are we able to"),
    ("should I", "ought I to", "is it wise for me to"),
    ("do I need to", "do I have to", "must I", "am I supposed to"),
    ("do you have", "have you got"),
    ("do you think", "do you believe", "would you say"),
    ("do you remember", "do you recall", "can you remember"),
    ("could you", "can you", "would you"),
    ("help me with", "give me a hand with", "assist me with", "support me with"),
    ("tell me about", "talk about", "say something about", "speak about"),
    ("tell me how", "show me how", "explain how", "let me know how"),
    ("tell me why", "explain why", "let me know why"),
    ("tell me what", "explain what", "let me know what"),
    ("teach me", "help me learn", "show me"),
    ("I am looking for", "I'm searching for", "I'm after", "I am trying to find"),
    ("do I have to", "do I need to", "must I", "am I supposed to"),
    ("I forgot the", "I can't remember the", "I can't recall the", "I no longer know the"),
    ("I am writing about", "I'm doing a text on", "I'm working on a text about"),
    ("give an example of", "show an example of", "name an example of"),
    ("for example", "for instance"),
    ("made of", "made from", "composed of", "made out of"),
    ("come from", "originate from", "stem from"),
    ("turn into", "become", "change into"),
    ("the same as", "identical to", "no different from"),
    ("better than", "superior to", "preferable to", "ahead of"),
    ("faster than", "quicker than", "speedier than"),
    ("a lot of", "lots of", "plenty of", "a great deal of"),
    ("at the same time", "simultaneously", "in parallel", "at once"),
    ("step by step", "one step at a time", "in small steps"),
    ("in simple words", "in plain words", "in easy terms", "simply put"),
    ("in detail", "thoroughly", "at length"),
    ("in one sentence", "in a single sentence", "with just one sentence"),
    ("language model", "text model", "chat model"),
    ("language models", "text models", "chat models"),
    ("neural network", "neural net", "network of neurons"),
    ("neural networks", "neural nets", "networks of neurons"),
    ("hallucinate", "make things up", "invent facts", "fabricate things"),
    ("graphics card", "GPU", "graphics processor", "graphics chip"),
    ("graphics cards", "GPUs", "graphics processors", "graphics chips"),
    ("central processor", "CPU", "main processor"),
    ("the weights", "the parameters", "the learned numbers"),
    ("training data", "training text", "training material"),
    ("power consumption", "energy use", "power draw", "electricity use"),
    ("latency", "delay", "waiting time", "lag"),
    ("tokens per second", "tokens a second", "tokens each second", "tokens every second"),
    ("artificial intelligence", "AI"),
    ("website", "web page", "site", "webpage"),
    ("error message", "error text", "error"),
    ("browser", "web browser"),
    ("laptop", "notebook", "portable computer"),
    ("phone", "telephone", "smartphone", "mobile"),
    ("bike", "bicycle"),
    ("a shop", "a store"),
    ("holiday", "vacation"),
    ("trip", "journey", "tour"),
    ("homework", "schoolwork", "school task"),
    ("doctor", "physician", "medical doctor"),
    ("disease", "sickness", "malady"),
    ("dinner", "supper"),
    ("fall asleep", "get to sleep", "drift off"),
    ("wake up", "get up", "get out of bed"),
    ("get better at", "improve at", "become better at"),
    ("stressed", "under pressure", "tense"),
    ("bored", "fed up", "dying of boredom"),
    ("worried", "concerned", "troubled"),
    ("difficult", "hard", "tricky", "tough"),
    ("dangerous", "risky", "hazardous"),
    ("interesting", "intriguing", "exciting", "engaging"),
    ("how smart", "how clever", "how bright"),
    ("useful", "handy", "helpful"),
    ("boring", "dull", "tedious"),
    ("weird", "strange", "peculiar"),
    ("delicious", "tasty", "yummy"),
    ("favourite", "best-loved", "preferred", "best-liked"),
    ("to buy", "to purchase", "to get"),
    ("fix", "repair", "mend", "put right"),
    ("every day", "daily", "each day"),
    ("nowadays", "these days", "in our time"),
    ("right away", "immediately", "at once"),
    ("was invented", "was thought up", "was devised", "was created"),
    ("was built", "was constructed", "was put up"),
    ("what happened in", "what took place in", "what went on in", "what occurred in"),
    ("inventor of", "creator of", "originator of"),
    ("author of", "writer of", "person who wrote"),
    ("capital city", "capital"),
    ("population of", "number of people in", "number of inhabitants of"),
    ("the Earth", "our planet", "planet Earth", "the globe"),
    ("the universe", "the cosmos"),
    ("living things", "living beings", "organisms"),
    ("humans", "people", "human beings"),
    ("who made you", "who built you", "who created you", "who is your maker"),
    ("who are you", "who exactly are you", "so who are you"),
)  # fmt: skip
WORDS = {words[0].lower(): words[1:] for words in SAME}
SAME_PATTERN = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)
SMALL_WORDS = re.compile(
    r"\b(?:the|a|an|is|are|do|does|did|me|please|of|to|can you|could you|what's|what is)\b ?",
    re.IGNORECASE,
)
FEWEST_KEYWORDS = 2
FEWEST_TO_DROP_FROM = 4


def swap(question: str, rng: random.Random) -> str:
    """The question with one word, or one turn of phrase, in the place of another that means it."""
    found = list(SAME_PATTERN.finditer(question))
    if not found:
        return question
    place = rng.choice(found)
    said = rng.choice(WORDS[place.group().lower()])
    if place.group()[0].isupper():
        said = said[0].upper() + said[1:]
    return question[: place.start()] + said + question[place.end() :]


def shorten(question: str, rng: random.Random) -> str:
    """The question as words for a search: without its small words, or with some of them."""
    kept = SMALL_WORDS.sub(lambda found: found.group() if rng.random() < 0.25 else "", question)
    kept = kept.strip().rstrip("?!. ")
    return kept if len(kept.split()) >= FEWEST_KEYWORDS else question


def drop(question: str, rng: random.Random) -> str:
    """The question without one of its words, so that no single one is what an answer hangs on."""
    words = question.split()
    if len(words) >= FEWEST_TO_DROP_FROM:
        del words[rng.randrange(len(words))]
    return " ".join(words)


def rephrase(question: str, rng: random.Random) -> str:
    """The question in other words, or as it was where no rule fits."""
    plain = question.rstrip("?!. ？！。")
    for pattern, frames in RULES:
        found = pattern.fullmatch(plain)
        if found:
            asked = found.group(1)
            lowered = asked[0].lower() + asked[1:]
            said = rng.choice(frames).format(lowered)
            is_longer = frames is not IN_CHINESE and rng.random() < 0.15
            return said + rng.choice(ENDINGS) if is_longer else said
    return question


def ended(question: str, rng: random.Random) -> str:
    """The question with a word after it."""
    return question.rstrip("?!. ") + rng.choice(ENDINGS)
