"""The recipe for one's own pictures in folders by class: as for tables, for there are as few of them."""

from dataclasses import replace

from byhand.recipes.table import TABLE

IMAGES = replace(
    TABLE,
    name="images",
    title="one's own pictures, a folder a class: two hidden layers of 64 ReLU units, Adam, epochs by their number",
    expects="no figure: it depends on the pictures",
    data="images",
)
