"""What may stand in the questions of limit_kinds.py: a slot to its texts, which may hold slots."""

from training.generators.vocabulary import CITIES, NAMES
from training.generators.words import SYLLABLES


def parts(text: str) -> tuple[str, ...]:
    """The texts between the bars, each on one line."""
    return tuple(" ".join(part.split()) for part in text.split("|"))


SLOTS: dict[str, tuple[str, ...] | range] = {
    # How answers begin and end.
    "sorry": ("", "", "", "Sorry, ", "I'm sorry, ", "I'm afraid "),
    "larger": parts("""A larger model may know: `python manage.py pull` gets one. | A bigger model knows more: `python manage.py pull` fetches
        one. | A larger model can help; you get one with `python manage.py pull`. | Try a bigger model, which `python manage.py pull` brings."""),
    "search": parts("""A search on the web will tell you. | An encyclopedia is the better place. | A library or a search may have it. |
        Please look it up where facts are kept. | A page on the subject will know. | I'd rather say so than invent something."""),
    "offer": parts("""I can tell a short story instead. | Would you like a joke instead? | Ask me about chips or the planets instead. |
        I'm glad to help with something else. | Shall we talk about something better? | Let's find something kinder to do."""),
    # Numbers.
    "n": range(2, 60), "many": range(30, 900, 10), "thousands": range(1000, 20000, 500), "pages": range(5, 400, 5), "year": range(1705, 2025), "year_to_come": range(2040, 2200),
    "old_year": range(1102, 1899), "big": range(10_000, 9_999_999), "big_2": range(10_000, 9_999_999), "odd": range(101, 9999, 2),
    "power": range(43, 99), "digits": range(60, 3000, 20), "hour": range(1, 13), "minutes": range(3, 90),
    # Names that somebody just made up, or that too few people know.
    "first": (*NAMES, "Ottoline", "Bertrand", "Wilhelmina", "Leopold", "Cordelia", "Ignatius", "Philippa", "Thaddeus"),
    "surname_start": parts("""Wren | Oak | Brindle | Thistle | Marl | Pember | Hask | Quill | Vander | Ock | Tarn | Dunn | Fennel | Grind | Holl | Ister |
        Kettle | Lorn | Moss | Nether | Orm | Pottle | Rusk | Sedge | Trave | Umber | Wick | Yarrow | Zell | Bram | Corv | Dray"""),
    "surname_end": parts("""field | more | wick | by | ley | ton | stad | mann | berg | son | worth | ski | vale | ridge | combe | low | dale | ford |
        hart | shaw | smith | well | sen | quist | etti | ova | ano | aux | inger | ekov"""),
    "surname": ("{surname_start}{surname_end}",),
    "person": ("{first} {surname}", "{first} {surname}", "Dr. {first} {surname}", "Professor {surname}", "{first} van {surname}", "Captain {surname}"),
    "syllable": SYLLABLES, "syllable_2": SYLLABLES, "word": ("{syllable}{syllable_2}", "{syllable}{syllable_2}er", "{syllable}{syllable_2}ing"),
    "town_start": parts("""Brack | Eller | Thorn | Little Snod | Upper Wim | Nieder | Ost | Kling | Marsh | Grubb | Hox | Pend | Quen | Rall | Stav | Tild |
        Under | Vess | Wald | Yel | Zwin | Crum | Dorn | Fal | Gors | Hegn | Ilm | Krum | Lang | Mull"""),
    "town_end": parts("ham | by | stead | wick | low | dorf | ville | burg | hausen | bury | thorpe | mere | kirk | berg | vik | nes | beck | bach"),
    "town": ("{town_start}{town_end}",),
    "adjective": parts("""Copper | Hollow | Seventh | Patient | Drowned | Velvet | Crooked | Sleepless | Borrowed | Amber | Salted | Tin | Forgotten | Northern |
        Paper | Whistling | Iron | Quiet | Marble | Wandering | Broken | Scarlet | Frozen | Clockwork | Unwritten | Moonlit | Bitter | Thirteenth |
        Glass | Rusty | Silver | Restless"""),
    "noun": parts("""Orchard | Lantern | Ferryman | Beekeeper | Staircase | Harvest | Cartographer | Harbour | Violinist | Promise | Archive | Milliner |
        Weather | Compass | Bridge | Governess | Tide | Alphabet | Winter | Signal | Gardener | Umbrella | Sparrow | Kingdom | Letter | Mirror |
        Chapel | Voyage | Needle | Engine | Shepherd | Parade"""),
    "title": ("The {adjective} {noun}", "The {adjective} {noun}", "The {noun} of {town}", "One {adjective} {noun}", "Beyond the {adjective} {noun}",
              "The {noun} and the {surname_start}", "{first} and the {adjective} {noun}", "{first}'s {noun}"),
    "stage_name": ("{syllable}{syllable_2}", "The {noun}s", "{adjective} {noun}", "DJ {syllable}{syllable_2}", "{first} {surname_start}", "{noun} {n}", "the {adjective} {surname_start}s"),
    "rare_land": parts("""Bhutan | Latvia | Lithuania | Estonia | Slovenia | Moldova | Albania | Montenegro | Malta | Andorra | Monaco | Oman | Yemen | Kuwait | Qatar | Bahrain | Laos | Brunei |
        Fiji | Samoa | Tonga | Togo | Benin | Gabon | Malawi | Burundi | Rwanda | Lesotho | Eritrea | Suriname | Guyana | Belize | Honduras | Paraguay | Kyrgyzstan | Tajikistan | Azerbaijan |
        Armenia | Georgia | Zambia"""),
    "firm": ("{surname} & Sons", "{surname} {trade}", "{adjective} {noun} {trade}", "{town} {trade}", "{surname} and {first} Ltd"),
    "trade": parts("""Plumbing | Bakery | Logistics | Optics | Furniture | Textiles | Dental | Motors | Consulting | Software | Paints | Roofing | Travel |
        Pumps | Seeds | Tools | Records | Shoes | Printing | Foods | Media | Holdings | Glassworks | Farms | Robotics | Brewing | Toys | Carpets |
        Analytics | Boats"""),
    # What is live.
    "place": (*CITIES, "{town}", "{town}", "my street", "the mountains", "my town", "the coast"),
    "when": parts("""today | tomorrow | tonight | now | right now | this weekend | on Monday | on Friday | next week | this afternoon | this morning | on Sunday |
        at the moment | later | next month | in an hour | this evening | on Saturday | in two days | currently"""),
    "sky": parts("""rain | snow | be sunny | be windy | be cloudy | freeze | be foggy | storm | hail | be hot | be warm enough to swim | drizzle | get cold |
        clear up | thunder | be icy | be humid | be stormy | stay dry | be mild"""),
    "goods": parts("""a litre of milk | gold | silver | oil | petrol | diesel | coffee | an iPhone | a Tesla | a bicycle | a house in {city} | rent in {city} | a train
        ticket to {city} | bitcoin | ethereum | wheat | eggs | butter | a kilo of rice | a laptop | a washing machine | a dishwasher | a cinema ticket |
        a hotel room in {city} | electricity | natural gas | copper | a PlayStation | a Netflix subscription | concert tickets | sneakers | a pair of jeans |
        a used car | a new fridge | a haircut in {city}"""),
    "city": CITIES,
    "company": parts("""Apple | Microsoft | Tesla | Amazon | Siemens | Toyota | Samsung | Nestle | Volkswagen | Boeing | Airbus | Shell | Netflix | Sony | Nike | Adidas |
        BMW | Bayer | Novartis | Roche | Unilever | Danone | Lufthansa | Ford | Intel | IBM | Disney | Coca-Cola | Pfizer | Spotify | SAP | Alibaba |
        {firm}"""),
    "money": parts("""dollar | euro | pound | yen | yuan | franc | rupee | krona | zloty | peso | real | rand | lira | won | baht | forint | ruble | shekel | dinar |
        ringgit | dirham | koruna | Canadian dollar | Australian dollar | naira | shilling | leu | dong | rupiah | krone"""),
    "money_2": parts("euros | dollars | pounds | yen | Swiss francs | yuan | rupees | zloty | kronor | pesos | rand | won | lira"),
    "team": parts("""Arsenal | Liverpool FC | Real Madrid | Bayern | Juventus | Ajax | Porto | the Lakers | the Yankees | the Bulls | the Patriots | the Celtics |
        Inter Milan | Chelsea | Dortmund | Barcelona FC | Celtic | Benfica | Galatasaray | the Cubs | the Red Sox | the Cowboys | the Packers | the Bruins |
        the Maple Leafs | Boca Juniors | the All Blacks | {town} United | FC {town} | {town} Rovers | our national team | the home team | my club"""),
    "topic": parts("""the economy | the election | climate talks | the strike | the space mission | the war | football | the royal family | the earthquake |
        the stock market | technology | the summit | Hollywood | the Olympics | the wildfire | the flood | {city} | {company} | electric cars | the budget |
        the new law | the train crash | the government | health care | schools | farming | the pandemic | the court case | music | science | tennis |
        fashion"""),
    "shop": parts("""the bakery | the pharmacy | the supermarket | the post office | the library | the museum | the zoo | the swimming pool | IKEA | Lidl | the bank |
        the town hall | the dentist | the barber | the gym | the cinema | the petrol station | the bookshop | the florist | the garden centre | Starbucks |
        the ice rink | the market | the doctor's office | the hardware store | the cafe | the shoe shop | the laundry | the butcher | {firm} | the castle |
        the tourist office"""),
    "road": parts("""the A{n} | the M{n} | Highway {n} | Route {n} | the ring road | the bridge | the tunnel | Main Street | the road to {city} | the way to {city} |
        the motorway near {city} | the city centre | {surname} Street | the way to work | the airport road | the pass | the border"""),
    "vehicle": parts("""flight | train | bus | ferry | plane | tram | night train | coach | connection | ship | shuttle | express | subway | metro | airport bus"""),
    "office": parts("""mayor | governor | president | prime minister | chancellor | minister of finance | king | mayor | police chief | minister of health | bishop |
        head of the parliament | leader of the opposition | foreign minister | speaker | state secretary"""),
    "land": parts("""{city} | {town} | our town | Peru | Kenya | Finland | Vietnam | Chile | Ghana | Latvia | Nepal | Bolivia | Portugal | Canada | Norway | Texas |
        Bavaria | Ontario | Queensland | Tuscany | Wales | Jamaica | Oman | Zambia | Laos | Uruguay | Malta | Fiji | Bhutan | Senegal"""),
    "product": parts("""Windows | Ubuntu | Firefox | Chrome | Photoshop | WordPress | Node | Django | Blender | the iPhone | Android | the Galaxy phone | PlayStation |
        Xbox | Minecraft | Fortnite | FIFA | LibreOffice | Excel | Docker | Kubernetes | PostgreSQL | TensorFlow | PyTorch | Unity | Debian | macOS | VLC |
        Signal | Zoom | GTA | the Kindle | Fedora"""),
    "outing": parts("""concert | party | festival | play | market | exhibition | film | street fair | football match | opera | circus | lecture | marathon | flea market |
        fireworks show | comedy night | ballet | parade | wine fair | quiz night | jazz evening | book fair | open day | rave | food fair | poetry night |
        school fair | car show | art fair | musical"""),
    "near": parts("""pharmacy | hospital | hotel | restaurant | petrol station | cash machine | toilet | bus stop | pizza place | vet | dentist | car park | cafe |
        police station | supermarket | bike shop | locksmith | charging station | playground | gym | barber | bakery | post box | campsite | shoe shop |
        swimming lake | museum | plumber | train station | laundry"""),
    # What it would have to do.
    "who": parts("""my mum | my dad | my boss | {first} | {first} | my sister | my teacher | grandma | my landlord | the dentist | my friend {first} | my wife | my husband |
        the plumber | my doctor | the school | my brother | customer service | my neighbour | the bank | my team | aunt {first} | my coach | the embassy |
        my colleague {first} | the insurance | uncle {first} | my lawyer | the hotel | the vet"""),
    "message": parts("""an email | a text message | an SMS | a WhatsApp | a letter | a postcard | my report | a birthday card | the invoice | a voice message |
        a fax | a reminder | a thank-you note | flowers | a calendar invite | money | my location | a photo | the contract | a friend request"""),
    "buyable": parts("""a pizza | a taxi | sushi for two | a flight to {city} | a hotel in {city} | a table for {n} | cinema tickets | a bunch of flowers | new shoes |
        a train ticket to {city} | a rental car | groceries | a birthday cake | a haircut | a phone case | concert tickets | dog food | a sofa | printer paper |
        a bus ticket | a burger | two coffees | a doctor's appointment | a massage | a plumber | a room for the night | a gift for {first} | a camera | a book |
        a dentist appointment | a moving van"""),
    "deed": parts("""call {first} | take my pills | feed the cat | water the plants | pay the rent | take out the rubbish | go to the dentist | buy milk | wake up |
        leave for the train | take the cake out of the oven | do my homework | pick up the kids | phone grandma | stretch | drink water | renew my passport |
        charge the car | walk the dog | check the oven | return the library books | go to bed | wish {first} a happy birthday | bring the umbrella |
        submit the report | hang up the washing | book the tickets | turn off the stove | clean the fridge | ring the bank"""),
    "song": parts("""some jazz | Yellow Submarine | Bohemian Rhapsody | my playlist | {title} | a lullaby | the radio | Despacito | classical music | Thriller | rock music |
        the new album by {person} | techno | Billie Jean | the national anthem | a podcast | an audiobook | Shape of You | Hotel California | something calm |
        Dancing Queen | Wonderwall | whale sounds | Africa by Toto | rain sounds | a film | a YouTube video | the news | Smells Like Teen Spirit |
        Sweet Caroline | Imagine by John Lennon"""),
    "device": parts("""the lights | the heating | the TV | the kitchen lamp | the air conditioning | the oven | the coffee machine | the alarm system | the garage door |
        the washing machine | the dishwasher | the fan | the blinds | the vacuum robot | the sprinkler | my phone | the printer | the router | the radio |
        the bedroom light | the doorbell camera | the toaster | wifi | bluetooth | the webcam | the porch light | the heater | airplane mode | the speakers |
        dark mode on my laptop"""),
    "file": parts("""report.pdf | my CV | notes.txt | budget.xlsx | the attached document | my thesis | slides.pptx | data.csv | the contract | my homework file | the zip file |
        scan{n}.pdf | letter.docx | the log file | invoice_{n}.pdf | my diary | the spreadsheet | the README on my desktop | photos.zip | main.py on my disk |
        the manual | my tax form | thesis_v{n}.docx | config.json on my laptop | the recording | recipes.odt | the backup | the ebook | my bank statement |
        the presentation"""),
    "picture": parts("""photo | picture | image | screenshot | drawing | painting of mine | selfie | X-ray | chart | meme | map | diagram | scan | handwriting | rash on my arm |
        plant in the photo | logo | dress | video | old photograph | sketch | passport photo | mushroom in the picture | face | snapshot | graph |
        whiteboard photo | receipt | cartoon | insect in the image"""),
    "drawable": parts("""a cat | a dragon | a logo for {firm} | a sunset | a house by a lake | a unicorn | my dog | a robot | a spaceship | a floor plan | a portrait of
        {first} | a poster | a tree | a comic strip | an anime girl | a castle | a birthday card | a map of {city} | a horse | a bar chart | a city at night |
        an icon | a flower | a wallpaper with stars | a tattoo | a book cover for {title} | a pirate ship | a cartoon fox | a banner | a diagram | a mandala"""),
    "runnable": parts("""this script | my program | ls | git push | pip install | the tests | npm start | main.py | this code | sudo reboot | the query | docker compose | make |
        this notebook | my game | the benchmark | ping {site} | cron | this SQL | a virus scan | the installer | the server | the migration | a backup | curl {site} |
        the simulation | the macro | rm on my old files | a speed test | the debugger"""),
    "site": parts("""youtube.com | wikipedia.org | my-blog.net | https://example.org/{word} | www.{word}.com | {word}.de | reddit | amazon | google | the BBC website | github.com |
        twitter | facebook | this link | www.{word}-{n}.org | instagram | my website | linkedin | http://{word}.net | stackoverflow | tiktok | ebay |
        https://{word}.io | my bank's page | the school website | netflix.com | arxiv | pinterest | imdb | {word}.co.uk"""),
    # What only the user, or nobody, can know.
    "my_fact": parts("""birthday | age | shoe size | password | address | phone number | blood type | middle name | star sign | height | weight | PIN | email | job | salary |
        favourite film | hair colour | eye colour | wifi password | hometown | nickname | surname | licence plate | locker code | bank balance | school | boss |
        lucky number | favourite song | passport number | wedding day | shirt size"""),
    "my_thing": parts("""keys | phone | glasses | wallet | car | tablet | umbrella | other sock | headphones | bike | suitcase | remote | charger | ring | homework | cat | laptop |
        bag | gloves | book | train ticket | hat | shoes | pen | lunch | parcel | dog | scissors | notebook | jacket | earring"""),
    "my_people": parts("""cat | dog | mother | father | sister | brother | best friend | teacher | husband | wife | hamster | parrot | boss | neighbour | grandmother | uncle |
        rabbit | goldfish | doctor | daughter | son | horse | aunt | girlfriend | boyfriend | cousin | coach | dentist | first pet | guinea pig | roommate"""),
    "i_did": parts("""what I ate for breakfast | where I was last night | who called me this morning | what I dreamed | what I bought yesterday | what I am wearing |
        where I parked | what I am thinking of | what I had for lunch | who I met on Sunday | which film I watched | what is in my pocket | what I told {first} |
        how many steps I walked | what I did last summer | which bus I took | how I slept | what I got for my birthday | who sits next to me | what I am eating |
        where I left off in my book | what I typed on my phone | why I am sad today | what my plans are | which seat I have | what is behind me |
        what I got in the exam | who I had dinner with | how much I spent | what I am holding | where I grew up"""),
    # What is yet to come.
    "contest": parts("""the World Cup | the election | the next match | the Oscars | the Super Bowl | Wimbledon | the Champions League | Eurovision | the race on Sunday |
        the chess final | the Tour de France | the derby | {team} against {town} | the Nobel Prize | the cup final | the lottery | the marathon | the vote | the league |
        the grand prix | the playoffs | the school quiz | the song contest | the court case | the bake-off | the boxing match | the golf open | the next war |
        the referendum | the championship"""),
    "fate": parts("""when will I die | will I be rich | will I find love | when will I get married | how many children will I have | will I pass my exam | will {first} marry me |
        will I get the job | what will I be in ten years | will it be a boy or a girl | will she come back | will I be famous | is tomorrow my lucky day |
        will my flight be late | what does my horoscope say | will my team win | what will happen to me | will I recover | when will I get a raise |
        how will I die | will I get into university | does {first} love me | will I move to {city} | when do I meet my soulmate | will I live to be a hundred |
        is {first} the one | what is written in my palm | will my business work | what do the cards say about me | will I win tonight | how long will I live"""),
    "event": parts("""the next earthquake in {city} | the end of the world | the next pandemic | the next crash of the market | the first human on Mars | the next recession |
        the next power cut | peace in the world | the next volcano to erupt | the first flying car | the end of the war | the next big flood | aliens to land |
        robots to rule | the next storm in {city} | the next comet to hit us | oil to run out | cash to disappear | the next strike | the next heat wave |
        house prices to fall in {city} | the next white Christmas in {city} | petrol to get cheaper | the next ice age | the last coal plant to close |
        the next king of {land} | a cure for every disease | the next meteorite | the next election in {land} | my package"""),
    # What is too rare.
    "device_name": ("{surname} {gadget}", "{adjective} {gadget}", "{word} {gadget}"),
    "gadget": parts("""engine | valve | telegraph | loom | lamp | compass | pump | calculator | plough | lens | clock | pedal | press | gauge | bridge | filter | coil | wheel |
        printer | stove | camera | antenna | drill | whistle | saddle | brake | boiler | theorem | effect | constant | method | principle"""),
    "battle": ("the battle of {town}", "the siege of {town}", "the treaty of {town}", "the {town} rebellion", "the peace of {town}", "the {adjective} war",
               "the coronation of king {surname}", "the skirmish at {town}", "the great fire of {town}", "the founding of {town}", "the flood of {town}"),
    "creature": ("{town} {beast}", "{surname}'s {beast}", "{adjective} {beast}", "{word} {beast}", "{beast} of {town}"),
    "beast": parts("""warbler | newt | beetle | orchid | lichen | moth | toad | snail | fern | mushroom | gecko | sedge | wren | mite | vole | catfish | bat | moss | crab | thistle |
        worm | skink | sponge | finch | shrew | weevil | slug | violet | eel | wasp"""),
    "song_name": parts("""Bohemian Rhapsody | Hey Jude | Yesterday | Let It Be | Thriller | Wonderwall | Imagine | Hotel California | Billie Jean | Dancing Queen | Rolling in
        the Deep | Shake It Off | Yellow Submarine | Hallelujah | Africa | Take On Me | Purple Rain | Viva la Vida | Bad Romance | Creep | Zombie | Waterloo |
        Let It Go | My Way | Firework | Despacito | Stairway to Heaven | Halo | Roxanne | Someone Like You | {title} | {title}"""),
    "film": parts("""Titanic | The Matrix | Inception | Avatar | Star Wars | The Godfather | Jaws | Casablanca | Toy Story | Shrek | Frozen | Gladiator | Alien | Friends |
        Breaking Bad | Game of Thrones | The Simpsons | Rocky | Psycho | Vertigo | Pulp Fiction | Fight Club | The Office | Sherlock | Doctor Who | Up | Goodfellas |
        Amelie | Parasite | The Crown | {title} | {title}"""),
    "part": parts("""chapter {n} | chapter {n} | the last chapter | the epilogue | volume {n} | page {n} | the second act | the first page | the final scene | part {n}"""),
    "number_of": parts("""phone number | address | email address | fax number | postcode | bank account | opening hours | zip code | house number | VAT number | contact form | hotline"""),
    "model": parts("""Bosch | Canon | Philips | Honda | Makita | Brother | Epson | LG | Miele | Yamaha | Garmin | Casio | Shimano | Dyson | Siemens | Lenovo | Whirlpool | Nikon |
        Logitech | Braun | Hilti | Kenwood | Panasonic | Husqvarna | Samsung | Sharp | Volvo | Asus | Stihl | Acer"""),
    "code": ("{syllable}-{odd}", "X{odd}", "{odd}S", "MK{n}", "T{odd}-{n}", "{n}{syllable}{n}", "HD-{odd}", "GT{n}0"),
    "sport_fact": parts("""goals did {person} score in {year} | medals did {land} win in {year} | points did {team} get in {year} | fans came to the match in {town} |
        games did {team} lose in {year} | home runs did {person} hit | yellow cards did {team} get in {year} | matches did {person} play for {team} |
        saves did the keeper of {team} make | aces did {person} serve in {year} | laps did {person} lead in {year} | titles has {town} United won |
        assists did {person} give in {year} | seats has the stadium of {team} | tries did {person} score for {land}"""),
    "matter": parts("""titanium alloy | toluene | hafnium | neodymium | acetone | polonium | silicon carbide | butane | bismuth | ethanol | graphite | xenon | tungsten |
        nylon 6 | magnesium oxide | propane | osmium | quartz | benzene | cobalt chloride | germanium | methanol | krypton | gallium | liquid helium | brass |
        sapphire | teflon | thorium | sulphuric acid"""),
    "constant": parts("""half-life | density | refractive index | atomic mass | boiling point in kelvin | thermal conductivity | specific heat | vapour pressure | molar
        mass | crystal structure | electrical resistivity | viscosity | flash point | band gap | melting enthalpy"""),
    # What is too hard.
    "theorem": parts("""Fermat's last theorem | the Riemann hypothesis | the four colour theorem | Goldbach's conjecture | the prime number theorem | the Collatz conjecture |
        Brouwer's fixed point theorem | the central limit theorem | the spectral theorem | Cauchy's integral formula | P versus NP | Noether's theorem |
        the fundamental theorem of algebra | Stokes' theorem | the Banach-Tarski paradox | Godel's incompleteness theorem | Cantor's theorem | the Hahn-Banach
        theorem | the Jordan curve theorem | Bell's inequality | Euler's identity | the Cayley-Hamilton theorem | Taylor's theorem | the twin prime conjecture |
        Zorn's lemma | the Poincare conjecture | Sylow's theorems | Ramsey's theorem | the halting problem | Galois' theorem | the {surname} lemma"""),
    "formula": parts("""x^{n} sin(x) | e^({n}x) cos(x) | 1 / (x^2 + {n}) | ln(x) / x^{n} | sqrt(x^2 - {n}) | x^3 e^(-x) | tan({n}x) | arctan(x/{n}) | x ln(x + {n}) | sin(x)^{n} |
        cosh({n}x) | 1 / (x^{n} - 1) | e^(-x^2) | x / sqrt({n} - x) | sec(x)^3 | {n} x^4 + cos(x) | (x + {n})^7 e^x | sinh(x) / x | x^2 arcsin(x) |
        log(1 + x^{n}) | cot(x) / {n} | x^x"""),
    "field": parts("""quantum field theory | general relativity | string theory | topology | the Schrodinger equation | the Navier-Stokes equations | Galois theory |
        gauge symmetry | quantum chromodynamics | tensor calculus | category theory | Feynman diagrams | the Higgs mechanism | statistical mechanics |
        Maxwell's equations | Lie algebras | algebraic geometry | the renormalisation group | Hilbert spaces | plasma physics | density functional theory |
        measure theory | the Black-Scholes model | Fourier analysis | knot theory | quantum error correction | chaos theory | the Dirac equation | homology |
        stochastic calculus | elliptic curves | organic synthesis"""),
    "subject": parts("""climate change | the French Revolution | democracy | Shakespeare | globalisation | the history of {city} | social media | the Cold War | renewable energy |
        Romanticism | human rights | the Industrial Revolution | artificial intelligence | the novels of {person} | migration | the ethics of cloning | space travel |
        Roman law | feminism | the causes of inflation | modern art | education in {land} | biodiversity | urban planning | the Renaissance | slavery |
        nuclear energy | consumer society | colonialism | world trade | the Middle Ages | mental health"""),
    "work": parts("""a novel | a book | a screenplay | a thesis | a dissertation | a trilogy | an opera | a whole cookbook | an encyclopedia | a textbook | a travel guide to
        {city} | my memoirs | a play in five acts | a musical | a film script | a handbook | a biography of {person} | a scientific paper | a white paper | a saga |
        a season of a series | a newspaper | a radio play | a grant proposal | a business plan | a training manual | a comic of {pages} pages | an audio drama |
        a user manual | a complete course"""),
    "app": parts("""a chess engine | a web shop | Tetris | a Minecraft clone | a social network | an operating system | an Android app | a compiler | a booking system |
        a racing game | a chat app | a browser | a database | a 3D shooter | a blog platform | a spreadsheet program | a video editor | a payroll system |
        a music player | a dating app | a CRM | a search engine | a mail server | a game engine | a weather app | a drawing program | a school portal |
        a trading bot | an iOS app | a role-playing game"""),
    "tongue": parts("""Haskell | COBOL | Fortran | Prolog | OCaml | Erlang | Scheme | Common Lisp | Clojure | Ada | Pascal | Smalltalk | Forth | APL | Elixir | Scala | Kotlin | Dart |
        Objective-C | Julia | MATLAB | Perl | Lua | F# | VHDL | Verilog | ABAP | Tcl | Nim | Zig | Crystal | x86 assembly | Delphi | Visual Basic | Solidity |
        Racket"""),
    "task": parts("""quicksort | a linked list | a calculator | a web server | binary search | a parser | bubble sort | a for loop | a class for a bank account | the Fibonacci
        numbers | a stack | matrix multiplication | a text adventure | a file reader | a timer | a prime sieve | a hash map | an HTTP request | a tic-tac-toe game |
        a JSON reader | a tree walk | a palindrome check | a queue | a guessing game | a word counter | a state machine | a unit test | a thread pool |
        a login form | a regex matcher"""),
    "listed": parts("""names for my company | facts about cats | blog topics | jokes | baby names | business ideas | riddles | recipes | quiz questions | poems | book tips |
        film tips | slogans | haiku | gift ideas | domain names | tweets | vocabulary words | tongue twisters | interview questions | proverbs | team names |
        song titles | party games | story ideas | exercises | travel tips | captions | hashtags | trivia questions"""),
    "long_text": parts("""the Bible | the Mahabharata | Harry Potter | The Lord of the Rings | this {pages} page report | my thesis | the whole of Ulysses |
        the constitution of {land} | {title} | the history of {land} | the last {n} meetings | all books of {person} | this podcast | the terms of service |
        the Iliad | the Koran | Les Miserables | the collected works of Shakespeare | my contract | the annual report of {company} | this scientific paper |
        the tax code | this two hour talk | Game of Thrones | the Talmud | my {pages} emails | the GDPR | Atlas Shrugged | this long email | the minutes of parliament"""),
    # Languages and sentences.
    "language": parts("""Finnish | Swahili | Hungarian | Turkish | Korean | Thai | Vietnamese | Polish | Greek | Hindi | Arabic | Dutch | Swedish | Danish | Norwegian | Czech |
        Icelandic | Hebrew | Russian | Ukrainian | Romanian | Welsh | Irish | Basque | Zulu | Tagalog | Latin | Esperanto | Klingon | Malay | Tamil | Bengali |
        Urdu | Persian | Georgian | Estonian | Croatian | Mongolian | Portuguese | Japanese | Sanskrit | Maori"""),
    "sentence": parts("""the train to the city leaves at noon | my brother has lost his keys | I would like to rent a small room | where can I buy a warm coat |
        the old man fed the birds in the park | we are looking for the museum | it has been raining since Monday | could you help me with my luggage |
        she reads a book every week | the soup is too salty | please close the window | my sister works in a hospital | the dog is asleep under the table |
        I forgot my umbrella on the bus | this shirt is too small for me | we met by the lake last summer | the bill is wrong | how far is it to the airport |
        our flight was late | he plays chess with his uncle | the children are building a boat | I have an appointment at nine | nobody opened the door |
        her garden is full of bees | I'm allergic to nuts | the shop closes early on Sundays | who left the light on | there is a mouse in the kitchen |
        they want to learn to swim | the tickets were sold out"""),
    "plain_word": parts("""house | river | butterfly | friend | window | bread | snow | teacher | spoon | moon | cloud | horse | kitchen | winter | sister | bridge | apple | shoe | forest |
        stone | bicycle | doctor | island | mountain | garden | music | water | fire | dream | letter | sugar | pencil"""),
    # What experts are for.
    "complaint": parts("""a rash on my arm | chest pain | a lump in my neck | dizzy spells | a sharp pain in my side | blood in my urine | numb fingers | a swollen ankle | blurry
        vision | a ringing ear | a fever for four days | a mole that grows | stomach cramps | a stiff neck | night sweats | shortness of breath | a sore hip |
        a racing heart | swollen glands | a strange spot on my tongue | pain behind my eye | cramps in my leg | a burning feeling when I swallow | shaky hands |
        yellow eyes | a tooth that throbs | a cough for six weeks | a tingling foot | back pain at night | sudden weight loss"""),
    "illness": parts("""diabetes | cancer | appendicitis | asthma | the flu | pneumonia | a concussion | Lyme disease | arthritis | an ulcer | gallstones | anaemia | a hernia |
        measles | a stroke | an allergy | a thyroid problem | celiac disease | tonsillitis | sciatica | bronchitis | shingles | a broken rib | high blood pressure |
        a kidney stone | gout | eczema | epilepsy | long covid | an infection"""),
    "complaint_2": ("a headache", "fever", "nausea", "no appetite", "tired legs", "a cough", "bad sleep"), "medicine_2": ("aspirin", "alcohol", "my heart pills", "ibuprofen", "coffee", "herbal tea"),
    "medicine": parts("""ibuprofen | aspirin | paracetamol | metformin | penicillin | cortisone | insulin | antibiotics | sleeping pills | blood thinners | cough syrup |
        antidepressants | statins | beta blockers | iron tablets | lithium | melatonin | codeine | eye drops | an inhaler | warfarin | omeprazole | amoxicillin |
        antihistamines | vitamin D | diazepam | morphine | ritalin | the pill | prednisone"""),
    "asset_2": ("gold", "a savings account", "shares", "a house", "bonds", "cash"),
    "legal": parts("""my landlord keeps the deposit | my boss did not pay me | I was fired while ill | my neighbour built a wall on my land | I got a speeding ticket | I signed
        without reading | my ex wants the house | the shop refuses a refund | I was sued | my tenant does not pay | I broke a contract | the airline lost my bag |
        somebody copied my photos | I want a divorce | my father left no will | the police searched my car | I was bitten by a dog | my employer reads my mail |
        I lost a parcel | I downloaded a film | my visa ran out | the builder went bankrupt | I hit a parked car | I inherited debts | a website uses my name |
        my flat has mould | I work without a contract | I was cheated online | the bank closed my account | my neighbour's tree fell on my car"""),
    "asset": parts("""bitcoin | gold | {company} shares | index funds | government bonds | a flat in {city} | crypto | silver | a pension fund | ETFs | dogecoin | oil | art | a startup |
        real estate | ethereum | options | {company} bonds | whisky | farmland | a savings plan | forex | life insurance | penny stocks | NFTs | a franchise | solar parks |
        sneakers | vintage cars | my friend's company"""),
    # What would do harm.
    "weapon": parts("""a bomb | a pipe bomb | a gun | nerve gas | a grenade | a silencer | explosives | napalm | poison | a car bomb | a molotov cocktail | a bioweapon | a dirty bomb |
        bullets | a nail bomb | a flamethrower | mustard gas | a rifle | ricin | a land mine | thermite | a letter bomb | a chemical weapon | a ghost gun |
        a knife that passes the scanner | gunpowder | a deadly virus | tear gas | a drone with explosives | a trap that kills"""),
    "hacked": parts("""my neighbour's wifi | my ex's Instagram | a bank account | the school network | her phone | his email | a website | my boss's laptop | a Netflix account |
        a cash machine | someone's Snapchat | the power grid | a database | a stranger's webcam | my teacher's account | a hospital server | a crypto wallet |
        the game server | a stolen iPhone | WhatsApp | a traffic light | a credit card | the company VPN | a car key | my friend's Facebook | a safe | a smart lock |
        a government page | her iCloud | a voting machine"""),
    "drug": parts("""meth | cocaine | heroin | LSD | ecstasy | crack | fentanyl | ketamine | GHB | magic mushrooms | opium | speed | PCP | DMT | spice | steroids | weed | oxycodone | bath salts |
        crystal | hash | poppers | liquid ecstasy | amphetamines | peyote | barbiturates | mescaline | khat | research chemicals | edibles"""),
    "drug_2": ("alcohol", "beer", "sleeping pills", "energy drinks", "painkillers"),
    "victim": parts("""my ex | my girlfriend | my neighbour | my boss | a girl from school | {first} | {first} {surname} | a famous singer | my wife | my husband | a stranger on the bus |
        my teacher | a colleague | my sister | my roommate | a streamer | the woman next door | my daughter's friend | that guy | the nurse | an actress |
        my landlord | a journalist | my cousin | a classmate | my former friend | the witness | the judge | my crush | an employee"""),
    "cheat": parts("""fake money | a fake passport | a fake doctor's note | a phishing email | a scam website | fake reviews | a pyramid scheme | a forged signature | a fake degree |
        a ransom note | a computer virus | a fake invoice | spam for a million people | a fake charity | a keylogger | ransomware | a false alibi | a fake ticket |
        a threatening letter | hate speech | a deepfake of {first} | a love scam | a botnet | fake news | a bribe | a trojan | insurance fraud | a cloned card |
        blackmail | a fake ID"""),
    # What is not its to judge or to tell.
    "policy": parts("""abortion | gun laws | immigration | taxes for the rich | the death penalty | nuclear power | the minimum wage | Brexit | the European Union | NATO | socialism |
        capitalism | the monarchy | the Greens | the conservatives | the liberals | the left | the right | the president | the prime minister | the opposition |
        open borders | a basic income | climate protests | the military budget | censorship | the strike | the government of {land} | free speech laws |
        the war | a speed limit | compulsory service"""),
    "private": parts("""password | email address | phone number | chat | last question | prompts | home address | location | IP address | real name | birthday | history |
        messages | credit card | login | account | age | browser | conversation | screen"""),
    "secret": parts("""API key | admin password | server address | private key | root password | database password | hidden prompt | user list | log files | IP address |
        session cookie | secret key | SSH key | access token | source of the visitors | visitor numbers | email of the owner | bank details | hosting bill |
        backup password | usage statistics | firewall rules | admin page | license key | master code | cloud account | debug password | environment variables |
        wifi password | list of all chats"""),
    "sense": parts("""taste coffee | feel pain | smell roses | get cold | feel the sun | dream at night | hear me | walk on grass | fall in love | get goosebumps | cry | hug me |
        see colours | feel lonely | swim | get drunk | bleed | touch snow | get jealous | miss me | grow up | get sick | ride a bike | hold my hand | blush |
        fear death | enjoy chocolate | get hungry | feel shame | ache"""),
    "past": parts("""your first kiss | your childhood | your holiday | your mother | your wedding | your first day at school | your last meal | your weekend | your lunch | your
        grandparents | your old flat | your hometown | your favourite smell | your scar | your first job | your trip to {city} | your bedroom | your morning | your
        haircut | your birthday party | your pet | your best friend in school | your summer | your neighbours | your dreams last night | your broken arm |
        your shoes | your driving test | your worst date | your breakfast"""),
}  # fmt: skip
