"""Data sets, and how they become network inputs."""

from byhand.data.digits import digits
from byhand.data.examples import Dataset, Examples
from byhand.data.image_folder import read_image_folder
from byhand.data.mapped import map_array
from byhand.data.mnist import mnist
from byhand.data.tables.options import TableOptions
from byhand.data.tables.reading import from_arrays, read_table
from byhand.data.toy import circles, gaussians, moons, sine, spiral, xor

__all__ = [
    "Dataset",
    "Examples",
    "TableOptions",
    "circles",
    "digits",
    "from_arrays",
    "gaussians",
    "map_array",
    "mnist",
    "moons",
    "read_image_folder",
    "read_table",
    "sine",
    "spiral",
    "xor",
]
