"""A model's card: one page that says what it is, what it reaches, how to load it, and how to make it again."""

from byhand.cards.card import card_text, read_facts, write_model_folder

__all__ = ["card_text", "read_facts", "write_model_folder"]
