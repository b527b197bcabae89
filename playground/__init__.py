"""The site: a prompt comes in over a websocket, frames of computed text go out."""
