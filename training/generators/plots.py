"""The sentences that stories are put together from: ten plots of seven beats, openings, closings and small parts.

In braces stand the slots that `stories.py` fills; within a plot any choice of one beat fits any choice of the next.
"""

QUALITIES = ("patient", "curious", "brave", "kind", "a little shy", "clever", "stubborn", "cheerful", "quiet", "full of questions",
             "careful", "restless", "gentle")  # fmt: skip
SCENES = (
    "The air smelled of rain and apples.", "The sun had just come up.", "A thin mist lay over everything.", "The stars were very clear.",
    "It was so quiet that one could hear a leaf fall.", "The wind was warm that day.", "Snow had fallen in the night.",
    "Somewhere a bell rang twice.", "The light was the colour of honey.", "Clouds were racing across the sky.",
)  # fmt: skip
THINGS = (
    ("silver key", "under a stone"), ("small brass bell", "in the grass"), ("blue button", "beside the path"),
    ("old map", "in a hollow tree"), ("golden feather", "on a windowsill"), ("glass marble", "in a puddle"),
    ("wooden flute", "behind a fence"), ("red scarf", "on a branch"), ("tiny lantern", "at the foot of the stairs"),
    ("letter without a name", "under the door"), ("round white pebble", "by the water"), ("pocket watch", "between two roots"),
    ("paper crown", "on an empty bench"), ("music box", "in a dusty corner"),
)  # fmt: skip
OPENINGS = (
    "{At} there lived {a_kind} called {name}.", "Once upon a time there was {a_kind} named {name}, who lived {at}.",
    "Long ago, {at}, lived {a_kind} whose name was {name}.", "{name} was {a_kind}, and {he} lived {at}.",
    "There was once {a_kind} called {name} {at}.", "Not so long ago {a_kind} named {name} made a home {at}.",
)  # fmt: skip
CLOSINGS = (
    "That night {name} fell asleep with a smile, and {friend} kept the first watch.",
    "From that day on, {name} and {friend} were seen together everywhere {there}.",
    "And if you ever come by there, you may hear {name} and {friend} laughing still.",
    "When the moon rose, {name} sat down beside {friend}, and for a long time neither said a word. It was not needed.",
    "{name} went home slowly, happy and a little tired, and slept until noon.",
    "To this day {friend} tells the story of {name}, and each time it grows a little longer.",
    "\"Tomorrow we will do it again,\" said {friend}. \"Tomorrow,\" said {name}, and yawned.",
    "Everybody had a cup of hot chocolate, and {name} had two.",
)  # fmt: skip
MORALS = (
    "Small steps are steps too.", "A friend is quicker than any map.", "What you share grows larger.", "Asking is braver than guessing.",
    "Sometimes the slow way is the right one.", "The best treasure is somebody to show it to.", "Even a small light can be seen from far away.",
    "It is never too late to be kind.",
)  # fmt: skip

HABITS = (
    "Each morning {he} drank a cup of tea on the doorstep and greeted the sun, even when it was behind the clouds.",
    "{His} home was so small that the kettle had to stand on the bed, but there was always room for a guest.",
    "{He} owned three things: a spoon, a warm blanket and a very good memory.", "In {his} free time {he} collected words that sound like what they mean, such as whisper, crackle and plop.",
    "Every evening {he} wrote one line into a notebook, and on most days the line was: today was a good day.",
    "The neighbours said that {he} thought too much, but they came whenever they needed advice.",
    "{He} could tell the weather from the smell of the wind, and {he} was right about half of the time.",
    "On Sundays {he} baked a cake that leaned a little to one side and tasted wonderful.", "There was a tree in front of the house, and {he} told it all the news.",
    "{He} had never told anyone, but {he} kept a list of everything that had made {him} laugh.",
    "{He} slept in a hammock, ate soup for breakfast and knew forty-two songs by heart.", "If you had asked the others about {him}, they would have said: a good heart, and always late.",
)  # fmt: skip
MEETINGS = (
    "{friend} had a laugh like a small bell, and {name} liked it at once.", "{name} had seldom met {a_friend} before, and never one so friendly.",
    "For a moment both were shy. Then {friend} sneezed, and after that it was easy.", "\"I am glad that it is you,\" said {friend}, and {name} felt warm right down to {his} toes.",
    "It turned out that {friend} also liked soup, long walks and questions without an answer.", "They looked at each other, and suddenly both had to laugh.",
    "\"What a day,\" said {friend}. \"What a day,\" said {name}, and nodded.", "{friend} took a deep breath, and then {fhe} told {name} everything from the beginning.",
)  # fmt: skip
AFTERWARDS = (
    "Afterwards they shared a loaf of bread and some cheese, and it tasted better than any feast.", "They told everyone about it, and everyone wanted to hear it twice.",
    "\"Do you know what I liked best?\" asked {friend}. \"That we did it together.\"", "A few days later a parcel came for {name}. In it was a drawing of the two of them, and below it stood: thank you.",
    "In {his} notebook {name} wrote that evening: today was the best day so far.", "{friend} stayed for supper, and then for a week, and then it would have been strange to leave.",
    "Somebody made a song about it, with seven verses, and the children still sing it.", "\"And what shall we do next?\" asked {friend}, and {name} already had an idea.",
    "Since then there has been a small bench in that place, just wide enough for two.",
)  # fmt: skip

Beat = tuple[str, ...]

LOST_AND_FOUND: tuple[Beat, ...] = (
    ("{He} was {quality} and knew every corner of the place.", "{He} was {quality}, and {he} liked to pick up what others had lost.",
     "Everyone knew {him}, because {he} was {quality} and always said good morning."),
    ("One day {name} found {a_thing} {found}. {A_scene}", "{A_scene} On that morning {name} saw something shine: {a_thing}, {found}.",
     "One evening, on the way home, {he} stumbled over {a_thing} that lay {found}."),
    ("\"Somebody must be missing this,\" said {name}, and decided to find out who.",
     "{He} could have kept it, but {he} thought of the one who was looking for it now.", "{name} turned it over three times. There was no name on it."),
    ("{He} asked the baker, the postman and an old tortoise, but it belonged to none of them.",
     "First {he} knocked at every door. Nobody knew the {thing}.", "{He} drew a picture of the {thing} and hung it on a tree, and waited for two days."),
    ("Then {he} heard somebody crying softly. It was {friend}, {a_friend}, sitting all alone.",
     "At last, at the end of the road, {he} met {a_friend} called {friend}, who was looking under every leaf.",
     "On the third day {a_friend} came running. \"I am {friend},\" {fhe} panted, \"and I have lost something!\""),
    ("\"Is this yours?\" asked {name}, and held out the {thing}. {friend}'s eyes grew as round as plates.",
     "{name} said nothing and put the {thing} into {friend}'s hands.", "When {friend} saw the {thing}, {fhe} laughed and cried at once."),
    ("\"It was a present from my grandmother,\" said {friend}. \"I thought that it was gone for ever.\"",
     "\"You looked for me all this time?\" asked {friend}. \"Of course,\" said {name}.",
     "{friend} wanted to give {him} a reward, but {name} asked only for a story."),
)  # fmt: skip
LEARNING: tuple[Beat, ...] = (
    ("{He} was {quality}, but there was one thing that {he} could not do: whistle.", "{He} was {quality} and had one great wish: to learn how to dance.",
     "{He} was {quality}, and more than anything {he} wanted to sing in front of others."),
    ("Every morning {he} tried it alone, where nobody could hear.", "{A_scene} {name} stood up straight and tried. It went wrong at once.",
     "{He} read about it in a thick book, but books are one thing and doing is another."),
    ("\"It is no use,\" {he} sighed. \"I am {a_kind}, and {kind} feet are made for other things.\"",
     "The first try was bad, and the second was worse.", "After a week {he} was ready to give up."),
    ("Then {friend} came by, {a_friend} with a big hat. \"Why so sad?\" {fhe} asked.",
     "{a_friend} called {friend} had been watching for some time. \"You begin too fast,\" {fhe} said.",
     "Just then {he} heard a friendly voice. It was {friend}, {a_friend} from next door."),
    ("\"I fell over a hundred times before I could do it,\" said {friend}. \"Shall we count yours together?\"",
     "\"Let us do it slowly,\" said {friend}, \"one small piece each day, and a biscuit after each.\"",
     "\"Close your eyes,\" said {friend}, \"and think of something that makes you happy.\""),
    ("So they practised, in sun and in rain. On the forty-first try it worked.", "Day after day they practised. Slowly, the wrong bits became fewer.",
     "{name} tried once more, and this time {he} did not think about falling. And there it was!"),
    ("At the summer feast {name} showed it to everybody, and the applause was louder than thunder.",
     "{friend} clapped so hard that {fhis} hat fell off, and {name} bowed.", "Soon others came and asked {name} to teach them too."),
)  # fmt: skip
DARKNESS: tuple[Beat, ...] = (
    ("{He} was {quality}, but {he} was afraid of the dark and told nobody.", "{He} was {quality} and looked after the lamp that burned there each night.",
     "{He} was {quality} and went to bed early, for the nights were long."),
    ("One night a storm came, and all the lights went out at once.", "{A_scene} Then, all at once, every lamp went dark.",
     "In the longest night of the year the moon hid behind a cloud and did not come back."),
    ("{name} sat very still and counted to ten. Nothing happened, so {he} counted to twenty.", "\"Somebody should do something,\" thought {name}. After a while {he} thought: \"I am somebody.\"",
     "From far away came a thin voice: \"Hello? I cannot find my way home!\""),
    ("{He} took a small candle and a box of matches and stepped outside.", "{He} remembered the {thing} that {he} had once found {found}, put it into a pocket for luck, and went out.",
     "{His} heart beat loudly, but {his} feet walked on."),
    ("By the water stood {friend}, {a_friend}, cold and wet.", "Under a bent tree {he} found {a_friend}, who was shaking. \"I am {friend},\" {fhe} whispered.",
     "Behind a wall sat {a_friend} called {friend}, who had lost the path."),
    ("\"Take my hand,\" said {name}. \"The dark is only the day with its eyes closed.\"", "\"I am a little afraid as well,\" said {name}, \"but two can be less afraid than one.\"",
     "{name} held the light high, and together they went step by step."),
    ("When they reached the door, the storm had grown tired, and one star came out.", "They sang all the way, rather badly, and the night did not seem so black any more.",
     "In the first light of morning they saw that they had never been far from home."),
)  # fmt: skip
NOISE: tuple[Beat, ...] = (
    ("{He} was {quality} and lived alone, with a great many books.", "{He} was {quality}, and {he} had very good ears.", "{He} was {quality}, and nothing much ever happened to {him}."),
    ("One night {he} was woken by a strange noise: tock, tock, scratch.", "{A_scene} Then there was a sound: plink, plink, and a long hum.",
     "Every evening at nine something went bump below the floor."),
    ("\"A monster,\" thought {name}, and pulled the blanket over {his} head.", "{He} looked under the bed, behind the curtain and in the biscuit tin. Nothing.",
     "\"It is only the wind,\" {he} said aloud, but the wind does not go tock."),
    ("On the third night {he} took a lamp and a wooden spoon and followed the sound.", "At last curiosity was stronger than fear, and {he} tiptoed down the stairs.",
     "\"Who is there?\" {he} called. The noise stopped, and somebody sneezed."),
    ("Behind an old door sat {a_friend}, and in front of {fhim} lay {a_thing}.", "And there, in the lamplight, was {friend}, {a_friend}, covered in dust.",
     "In the corner {a_friend} was building something out of spoons and string."),
    ("\"Did I wake you?\" asked {friend}. \"I am making music, and I did not know that anyone was there to listen.\"",
     "\"I am {friend},\" said the {friend_kind}. \"I am mending my roof, and I am afraid I am not very good at it.\"",
     "\"Forgive me,\" said {friend} the {friend_kind}. \"It was to be a surprise for the whole street.\""),
    ("{name} began to laugh. \"May I help?\" {he} asked, and {he} could.", "So the two worked until morning, and afterwards they ate pancakes.",
     "From then on, when it went tock in the night, {name} only smiled and turned over."),
)  # fmt: skip
CONTEST: tuple[Beat, ...] = (
    ("{He} was {quality}, and {he} was slower than all the others.", "{He} was {quality}, and nobody had ever seen {him} win anything.", "{He} was {quality}, and today was the day of the great race."),
    ("A contest was called: the first to carry an egg to the top of the hill would get a golden spoon.", "{A_scene} All had come to race around the lake, and the prize was a cake as large as a wheel.",
     "The one who could bring the most beautiful thing by evening was to be made keeper of the bell."),
    ("\"You may as well stay at home,\" said {friend}, {a_friend} who always won.", "Next to {him} stood {friend}, {a_friend} with very long legs, who did not even look at {him}.",
     "{friend}, {a_friend}, winked at {him}. \"Good luck,\" {fhe} said. \"You will need it.\""),
    ("Off they went. Soon {name} was alone with the dust of the others.", "At the start {name} stumbled, got up, and went on at {his} own pace.", "The others ran ahead. {name} hummed a song and did not hurry."),
    ("Half-way, {he} saw {friend} sitting by the road with a hurt foot.", "Then, behind a bend, {he} found {friend} stuck in the mud up to the knees.", "At the bridge sat {friend}, who had lost the way and could not go on."),
    ("{name} could have passed by. Instead {he} stopped and helped {friend} up.", "\"Lean on me,\" said {name}. \"We have time.\"", "{name} shared {his} water and {his} last piece of bread."),
    ("They reached the goal together, last of all, and the cheering would not end.", "\"The prize is yours,\" said the judge, \"for this was the finest thing that we saw today.\"",
     "They came in last. But {friend} told everybody what had happened, and {name} was carried home on many shoulders."),
)  # fmt: skip
JOURNEY: tuple[Beat, ...] = (
    ("{He} was {quality} and often wondered where the river began.", "{He} was {quality}, and each evening {he} wondered what was behind the hills.", "{He} was {quality} and had never seen the sea."),
    ("One spring {he} packed some bread, {a_thing} and a warm coat, and set out.", "{A_scene} \"If I do not go today, I never shall,\" said {name}, and went.", "So one morning {he} closed the door, put the key under the mat, and left."),
    ("On the first day {he} walked through fields, on the second through a dark wood.", "The road went up and down and up again, and {his} feet began to ache.", "At a crossroads {he} did not know which way to take, so {he} asked a crow. The crow did not know either."),
    ("In the evening {he} met {a_friend} called {friend} by a small fire.", "There {he} found {friend}, {a_friend}, who was going the same way.", "\"Where are you off to?\" asked a voice. It belonged to {friend}, {a_friend} with a heavy bag."),
    ("\"Two travel better than one,\" said {friend}, and shared some soup.", "They told each other stories, true ones and others, and the miles grew short.", "{friend} knew the stars by their names, and {name} knew all the songs."),
    ("On the seventh day they climbed the last hill, and there it was, bright and wide, and both fell silent.", "And then they stood there. It was larger than {he} had dreamed, and more beautiful.",
     "At last they arrived. It was not as {name} had thought: it was much smaller, and exactly right."),
    ("They stayed until the sun went down, and took home one stone each.", "\"Now I know,\" said {name}. \"And now I would like to show it to everyone at home.\"", "{name} wrote a long letter home, which began: you will never believe it."),
)  # fmt: skip
BIRTHDAY: tuple[Beat, ...] = (
    ("{He} was {quality}, and today was {his} birthday.", "{He} was {quality}, and {he} had marked this one day in red on the calendar.", "{He} was {quality} and loved nothing as much as a surprise."),
    ("But in the morning nobody came, no letter, no song.", "{A_scene} {name} laid the table for six and waited.", "All through the morning {he} listened for steps at the door."),
    ("{He} met {friend}, {a_friend}, in the street, but {fhe} only said hello and hurried on.", "Even {friend}, {a_friend} and {his} best friend, walked by with a big basket and looked the other way.", "{friend} the {friend_kind} was usually the first to call. Today {fhe} was nowhere to be seen."),
    ("\"They have forgotten me,\" thought {name}, and went for a walk so that nobody would see {him} cry.", "\"Well,\" said {name}, \"then I shall make a party for one,\" but the cake did not taste of anything.", "In the afternoon it began to rain, and that suited {him}."),
    ("When {he} came back, there was a light in the window.", "Then {he} found {a_thing} {found}, with a note: follow the string.", "Towards evening there was a knock, very soft, and then another."),
    ("\"Surprise!\" cried {friend}, and from behind every chair somebody jumped up.", "There stood {friend} and all the others, with lanterns, a drum and the largest cake {he} had ever seen.", "\"We had to bake it three times,\" said {friend}. \"The first two were eaten while we tested them.\""),
    ("{name} laughed so much that {he} forgot to blow out the candles.", "They danced until the floor shook, and {name} thought that waiting was not so bad, if it ended like this.", "\"I thought that you had forgotten,\" said {name}. \"You? Never,\" said {friend}."),
)  # fmt: skip
REPAIR: tuple[Beat, ...] = (
    ("{He} was {quality} and could mend almost anything.", "{He} was {quality}, with a pocket full of screws and string.", "{He} was {quality} and liked to take things apart to see how they worked."),
    ("One day the great clock stopped, and with it everything else: no one knew when to get up or when to eat.", "{A_scene} Suddenly the old mill wheel creaked, shook and stood still.", "On the coldest day of the year the big stove went out."),
    ("Many came to look. They shook their heads and went home again.", "\"It is too old,\" they all said. \"One cannot help it.\"", "The mayor promised a reward to whoever could set it right."),
    ("{name} did not say much. {He} sat down in front of it and listened.", "{name} climbed inside with a lamp and a drop of oil.", "{name} took out every wheel, laid them in a row, and counted them twice."),
    ("Deep inside, in the smallest corner, sat {a_friend} called {friend}, who had fallen asleep there.", "Between two cogs {he} found {a_thing}, and behind it {friend}, a very frightened {friend_kind}.", "And there {he} saw what was wrong: {friend}, {a_friend}, had made a home in it for the winter."),
    ("\"Please do not be angry,\" said {friend}. \"It was so warm in here.\"", "\"I only wanted to see how it works,\" whispered {friend}. \"So did I,\" said {name}.", "\"If you come out,\" said {name}, \"you may live with me. I have a chair by the window.\""),
    ("Then there was a click and a hum, and everything ran as if nothing had happened.", "Together they put the last wheel in its place. It turned, and a cheer went up outside.", "An hour later it worked better than before, and {friend} was given the job of oiling it each week."),
)  # fmt: skip
MOON: tuple[Beat, ...] = (
    ("{He} was {quality}, and {he} could not sleep without saying good night to the moon.", "{He} was {quality} and watched the sky every evening.", "{He} was {quality}, and {his} window looked out on the stars."),
    ("One night the moon did not come.", "{A_scene} But where the moon should have been there was only a dark hole.", "One evening {he} saw that the smallest star was missing."),
    ("\"It must be ill,\" said {name}, and put some soup into a bottle.", "{He} waited one night and another, and then {he} had had enough of waiting.", "{He} asked the owl, who knows everything at night. \"It is tired,\" said the owl."),
    ("With {friend}, {a_friend} who was not afraid of heights, {he} climbed the highest hill.", "{friend}, {a_friend} next door, had a very long ladder, and that was a beginning.", "\"I know a way up,\" said {friend} the {friend_kind}, \"but we must be quiet.\""),
    ("There it sat behind a cloud, pale and small. \"Nobody looks at me any more,\" it said. \"They all look at their screens.\"", "They found it in a tree, caught between two branches, and it looked cross.", "It lay in a pond, face up, and could not get out by itself."),
    ("\"I look at you every evening,\" said {name}. And the light grew, a little at first, then more.", "{name} and {friend} pulled and pushed, and counted to three, and pulled again.", "{name} told it a joke about two clouds. It was not a very good joke, but it helped."),
    ("Slowly it rose up again, higher and higher, and all the roofs turned silver.", "\"Thank you,\" it said, and drew one extra-long beam across their path, all the way home.", "That night was so bright that the roosters crowed at two o'clock."),
)  # fmt: skip
BUILDING: tuple[Beat, ...] = (
    ("{He} was {quality}, and {he} had a plan.", "{He} was {quality}, and {he} was tired of going the long way round.", "{He} was {quality} and never without a pencil behind one ear."),
    ("Where {he} lived a deep stream cut the place in two, and those on one side never met those on the other.", "{A_scene} \"What we need,\" said {name}, \"is a bridge.\"", "On the other bank somebody lit a lamp each evening, and {name} wanted to know who it was."),
    ("So {he} began to carry stones, one in the morning and one at night.", "{He} drew the bridge on paper, then on a larger paper, and then {he} began.", "The first bridge was made of rope and fell down. The second was made of hope and fell down faster."),
    ("After a month there was a heap, but no bridge.", "People laughed a little, though not unkindly.", "The water took half of it away again, and {name} started anew."),
    ("Then one morning {he} saw that a heap was growing on the far side as well.", "One evening a voice called from over there: \"A little to the left!\"", "And what was that? From the other side somebody was building too."),
    ("It was {friend}, {a_friend}, who had had the very same idea.", "\"I am {friend}!\" called {a_friend} with muddy boots. \"I thought that I was the only one!\"", "There stood {a_friend} called {friend} and waved with a hammer."),
    ("In the middle they put down the last stone together, and both jumped on it to see if it held. It did.", "A week later they shook hands in the middle of the bridge, and everyone on both banks came to look.", "They named it the Half-and-Half Bridge, and the first to cross it was a duck."),
)  # fmt: skip

PLOTS = (
    LOST_AND_FOUND,
    LEARNING,
    DARKNESS,
    NOISE,
    CONTEST,
    JOURNEY,
    BIRTHDAY,
    REPAIR,
    MOON,
    BUILDING,
)
