"""The sentences that sentences.py translates: as they are written elsewhere, with their places.

What has no place is looked for first; of two others that fit, the first is taken. PARTS are tried
only for what stands in a place.
"""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    # what a sentence is about, as messages of the socket name it
    _("lanes[%(lane)s]: %(sentence)s"),
    _("baseline: %(sentence)s"),
    # where figures come from
    _(
        "counted from a verified program for %(chips)s at 900 MHz, from the embedded token to its"
        " logits, without host, bus and sampling; first principles, nothing is fitted"
    ),
    _(
        "counted from a verified program for %(chips)s at 900 MHz, from the embedded token to its"
        " logits, without host, bus and sampling; fitted: %(constants)s"
    ),
    _("computed live on this machine's processor: the engine's own time stamps, before pacing"),
    _(
        "computed live on this machine's processor: the engine's own time stamps, before pacing; it"
        " has no program for LPU chips: %(why)s"
    ),
    _("this machine’s stamps, from sending the request to each delta; the network is in them"),
    _(
        "%(before)s; what experts cost besides is that of one user's kernels, pessimistic for"
        " %(users)s users"
    ),
    _("%(before)s; common servers refuse most models on %(count)s GPUs"),
    _("%(before)s, on A100, and taken for %(gpu)s alike"),
    _("%(before)s, on A100"),
    _(
        "computed from the data sheet of %(system)s for %(users)s, prompts of %(prompt)s and"
        " answers of %(answer)s tokens; fitted to gpt-fast's Llama 2 7B rows and, for experts, to"
        " one of its Mixtral rows"
    ),
    _(
        "computed from the data sheet of %(system)s for %(users)s, prompts of %(prompt)s and"
        " answers of %(answer)s tokens; fitted to gpt-fast's Llama 2 7B rows"
    ),
    _(
        "the cycles of a program that is compiled for this context; users and the prompts of the"
        " others are in its stages in turn, and wait for nobody until the slowest stage is full; no"
        " published row of many users checks it"
    ),
    _(
        "LLMPerf leaderboard, raw data of January 2024: Groq's host, 550 tokens in and 150 out,"
        " medians; output speed without the time to first token"
    ),
    _(
        "Groq's price page, February 2024: the vendor's claim, 32K context; no time to first token"
        " was published"
    ),
    _("Groq's price page, February 2024"),
    _("Groq's price page, 2024"),
    _("LLMPerf leaderboard (Anyscale), December 2023: %(conditions)s"),
    _("ArtificialAnalysis, early 2024: %(conditions)s"),
    _("press, 2024: %(conditions)s"),
    _("LLMPerf leaderboard, raw data, Groq's host, medians, January 2024"),
    _("Groq's price page, the vendor's claim, February 2024"),
    _("quoted of ArtificialAnalysis, primary source not found, February 2024"),
    _("550 tokens in, 150 out, decode only: the mean of tokens 2 to 150; 576 chips"),
    _("about; 4K context; no lengths published: 128 in, mean of 128; 576 chips"),
    _("no lengths published: 128 in, mean of 128; 576 chips"),
    _("about; 32K context; no lengths published: 128 in, mean of 128; 576 chips"),
    # what a token's time goes into
    _("queries, keys, values"),
    _("Norm and matrix of the heads; keys and values go to the cache."),
    _("Norm and matrix of the heads; their place in the cache."),
    _("attention"),
    _("Scores against the cache, softmax, mix of the values, and the output's matrix."),
    _("Scores, softmax and mix of the values, in 32-bit sums on the vector unit."),
    _("router"),
    _("Norm of an expert layer's rows, and which experts they ask."),
    _("feed-forward"),
    _("The largest matrices: their weights stream out of SRAM, each once a token."),
    _("sums over links"),
    _("What the chips of a group have each in part is summed up, share by share."),
    _("hops"),
    _("From the chips of one stage to those of the next."),
    _("logits"),
    _("The last norm, and the matrix of the vocabulary."),
    _("synchronise"),
    _("Fitted: no public fact explains this time; a group of chips waits for each other."),
    _("choose expert"),
    _("Fitted: no public fact explains this time; a chosen expert's weights are found."),
    _("output and feed-forward"),
    _("The other matrices of a layer."),
    _("weights"),
    _("Read once from memory for all users, or computed with, whichever takes longer."),
    _("experts found"),
    _("Fitted: weights that are picked by an index come slower than others."),
    _("keys and values"),
    _("Those of %(count)s tokens of each user are read."),
    _("kernels"),
    _("Fitted: what a layer takes besides, whatever it weighs."),
    _("sums over NVLink"),
    _("Twice a layer all GPUs add up their parts: a published latency."),
    _("prompts of the others"),
    _("For each token of an answer, %(share)s of a prompt."),
    # machines, costs, ratios, limits
    _("one LPU chip"),
    _("%(count)s LPU chips"),
    _("this machine"),
    _(
        "%(chips)s at 20,000 dollars (press, 2024) over 3 years, %(watts)s W each, 0.10 dollars a"
        " kWh; years and electricity are assumptions of this project"
    ),
    _(
        "%(count)s %(gpu)s rented at %(price)s dollars an hour each (on demand, 2026), %(watts)s W"
        " each: its share of what a server of eight may draw"
    ),
    _(
        "%(lpu)s ÷ %(gpu)s tokens/s, both simulated: %(model)s on %(chips)s and on %(gpus)s, one"
        " user on each side"
    ),
    _("%(before)s; %(highest)s ÷ %(other)s by the highest published"),
    _("%(groq)s ÷ %(other)s tokens/s, both from one list: %(model)s, %(conditions)s"),
    _(
        "The SRAM of %(chips)s has room for the keys and values of %(users)s users of %(context)s"
        " tokens."
    ),
    _("The SRAM of %(chips)s has room for the keys and values of 1 user of %(context)s tokens."),
    _(
        "In %(precision)s with %(users)s of %(context)s tokens each GPU must hold %(need)s GB, and"
        " an %(gpu)s has %(room)s for that: %(what)s."
    ),
    _(
        "In %(precision)s with %(users)s of %(context)s tokens each GPU must hold %(need)s GB, and"
        " a %(gpu)s has %(room)s for that: %(what)s."
    ),
    # what was fitted
    _(
        "the time of a synchronisation of a group, to Llama 2 70B's published 255 tokens/s:"
        " %(cycles)s cycles, %(time)s µs"
    ),
    _(
        "the time of an active expert, to Mixtral's published 480 tokens/s: %(cycles)s cycles,"
        " %(time)s µs"
    ),
    # a model's shape
    _("parameters"),
    _("of which one token uses"),
    _("layers"),
    _("width"),
    _("query heads"),
    _("%(heads)s of %(size)s"),
    _("key and value heads"),
    _("%(width)s, %(experts)s experts of which a token asks %(asked)s"),
    _("vocabulary"),
    _("context of the model"),
    _("%(count)s tokens"),
    _("sliding layers"),
    _("%(layers)s, each sees %(tokens)s tokens"),
    # deployments and systems that cannot be
    _("%(model)s has no program: it runs as fast as this machine."),
    _("%(model)s has no shape in the catalog that GPUs could run."),
    _("A context of %(context)s tokens cannot be had: give 2 to %(most)s."),
    _("A context of %(context)s tokens has no room for a prompt and an answer: give 2 or more."),
    _("A context of %(context)s tokens is not within the model's window: give 1 to %(most)s."),
    _("There must be at least 1 user, not %(users)s."),
    _("There must be at least one group of %(group)s chips, not %(chips)s."),
    _(
        "%(chips)s chips are not whole groups of %(group)s: give a multiple of %(same)s, or another"
        " group."
    ),
    _(
        "A group has %(group)s chips unless another is asked for: give a multiple of %(same)s"
        " chips, or a group of %(chips)s."
    ),
    _(
        "1 chip is too few: the model's weights take %(weights)s MiB, and a chip has %(room)s MiB"
        " in all. Ask for no number of chips to get the fewest."
    ),
    _(
        "%(chips)s chips are too few: the weights take %(weights)s MiB in whole tiles and the keys"
        " and values of %(context)s tokens of %(users)s %(cache)s, and a chip has %(room)s for"
        " both. Give at least %(least)s chips."
    ),
    _(
        "This %(model)s can be cut into %(stages)s stages at most, %(chips)s chips in groups of"
        " %(group)s: give from %(least)s chips to as many."
    ),
    _(
        "A layer's heads take %(heads)s MiB of each chip, and keys and values of %(context)s tokens"
        " of %(users)s %(cache)s: a chip has %(room)s for both, however many chips there are."
        " %(what)s."
    ),
    _(
        "The model needs %(weights)s MiB for weights and %(cache)s MiB for keys and values of"
        " %(context)s tokens, in whole vectors, and one chip has %(room)s MiB for them: it would"
        " need %(chips)s chips. Take a smaller model or a shorter context."
    ),
    _("There is no GPU '%(gpu)s' here; there are %(known)s."),
    _("A model cannot be shared by %(count)s GPUs here: give 1 to %(most)s, of one server."),
    _("There is no precision '%(precision)s' here; there are %(known)s."),
    _("The %(gpu)s has no fp8: choose bf16, int8 or int4, or a newer GPU."),
    _("There is no forecast for %(users)s users: give 1 to %(most)s."),
    # the socket
    _("There is no model '%(model)s'; there are %(known)s."),
    _("There is no service '%(service)s' here; there are %(known)s."),
    _("This machine is busy with many answers; try again in a moment."),
    _(
        "The message is too long: %(tokens)s tokens, and %(most)s fit beside an answer. Shorten it,"
        " or send it in parts."
    ),
    _("A message may have up to %(limit)s: shorten the conversation."),
    _("The chat template of this model writes nothing for this conversation."),
    _("The chat template of this model refuses the conversation: %(why)s"),
    _("The chat template of this model fails on this conversation: %(why)s"),
    _("The engine was closed."),
    _("The engine stopped: %(why)s. Restart the server."),
    _("Something broke on this machine; the terminal where the site runs says where."),
    _("Only pages of this site may open this socket; see PLAYGROUND_HOSTS."),
    _("%(count)s answers are open on this socket: wait for one to end."),
    _("%(count)s answers are open from this address: wait for one, or stop one."),
    _("All places for answers are taken: try again in a minute."),
    _("This answer is not kept any more: ask again."),
    _("This answer is being read elsewhere now."),
    _("This race is being read elsewhere now."),
    _("Lane %(lane)s broke on this machine; the others run on."),
    _("The words of this race are not kept any more: race again."),
    _("The words of this race are still being computed: wait."),
    _("These words are %(tokens)s tokens, and %(model)s has a window of %(window)s: race again."),
    _("That endpoint was not in the race that is run again: race anew."),
    # endpoints
    _("The URL is longer than %(limit)s characters."),
    _("This is no URL: try http://localhost:11434/v1."),
    _("The URL must begin with http:// or https://."),
    _("A URL with a name or password in it is not asked."),
    _("The URL must name a host: try http://localhost:11434/v1."),
    _("The URL must end before the ? or #: a key has its own field."),
    _(
        "Only endpoints on this machine may be asked here; whoever runs this site allows it with"
        " PLAYGROUND_ENDPOINTS=%(origin)s."
    ),
    _(
        "%(origin)s is not among the endpoints that may be asked here; whoever runs this site"
        " allows it with PLAYGROUND_ENDPOINTS."
    ),
    _(
        "No endpoints may be asked from this site; whoever runs this site allows it with"
        " PLAYGROUND_ENDPOINTS=%(origin)s."
    ),
    _("There is no address for %(host)s: is it right?"),
    _("%(host)s leads to %(address)s, which is no address of an endpoint."),
    _("%(address)s is no address of an endpoint."),
    _(
        "%(host)s leads away from this machine here; whoever runs this site allows it with"
        " PLAYGROUND_ENDPOINTS."
    ),
    _("A key is up to %(limit)s letters, digits and signs, without blanks."),
    _("The endpoint cannot be reached: does it run, and is this its address?"),
    _("The endpoint's certificate does not hold: is it for this name, and trusted here?"),
    _("No connection by https came about: the endpoint may know http:// alone."),
    _("The endpoint reported an error instead of going on."),
    _("The endpoint's answer is no stream of chat completions."),
    _("The answer broke off: its end is missing."),
    _("The answer is larger than %(limit)s bytes."),
    _("No byte of an answer came within %(limit)s s."),
    _("The answer did not end within %(limit)s s."),
    _("The connection ended before the answer did."),
    _("The answer is packed in a way that nobody asked for."),
    _("The endpoint answered %(status)s, which points elsewhere: give that URL itself."),
    _("The endpoint answered %(status)s: %(why)s."),
    _("The endpoint wrote nothing."),
    _("Something broke on this machine while the endpoint was asked."),
)

PARTS = (
    _("one user"),
    _("%(count)s users"),
    _("1 chip"),
    _("%(count)s chips"),
    _(
        "the time of a synchronisation of a group, to Llama 2 70B's published 255 tokens/s and the"
        " time of an active expert, to Mixtral's published 480 tokens/s"
    ),
    _("the time of a synchronisation of a group, to Llama 2 70B's published 255 tokens/s"),
    _("the time of an active expert, to Mixtral's published 480 tokens/s"),
    _("%(conditions)s of January 2024, where end to end is 185"),
    _(
        "550 tokens in, 150 out, 5 requests at once, medians; end to end and first token as listed,"
        " output speed computed from the list's raw data"
    ),
    _("about; no lengths published"),
    _(
        "about 50, said of Gemini 1.5; 30 to 50 were also published, of Gemini 1.5 Pro; no lengths"
        " published"
    ),
    _("%(middle)s, between %(low)s and %(high)s"),
    _("about %(price)s"),
    _("no server here would do, but here %(users)s would fit"),
    _("no server here would do; try %(what)s"),
    _("%(others)s would do, or here %(users)s"),
    _("%(others)s would do"),
    _("fewer users, a shorter context or fewer bits a weight"),
    _("fewer users or a shorter context"),
    _("a shorter context or fewer bits a weight"),
    _("a shorter context"),
    _("Give a context of at most %(tokens)s tokens or fewer users"),
    _("Give a context of at most %(tokens)s tokens"),
    _("No group holds them or fewer users"),
    _("No group holds them"),
    _("%(one)s or %(others)s"),
    _("one %(gpu)s"),
    _("it does not take this request"),
    _("it wants a key, or another one"),
    _("this key may not ask it"),
    _("there is no such model, or the URL is not the one of its API"),
    _("it has too much to do, or this key's allowance is used up"),
    _("something broke there"),
    _("it refused"),
)
