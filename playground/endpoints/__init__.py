"""An OpenAI-compatible endpoint of somebody else: a lane of a race, and `manage.py measure`.

To read first: addresses, transport, client: a URL and a question → pieces with their times. A lane
goes on with log and asking; a measurement with arguments, session, and what session imports.
"""
