"""The recipe for your own pictures, one folder per class; settings as for tables, since both are small."""

from dataclasses import replace

from byhand.recipes.table import TABLE

IMAGES = replace(
    TABLE,
    name="images",
    title="your own pictures, a folder per class: two hidden layers of 64 ReLU units, Adam, epochs by their number",
    expects="no figure: it depends on the pictures",
    data="images",
)
