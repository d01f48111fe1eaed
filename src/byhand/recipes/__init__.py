"""The recipes: named training configurations, each in a file of its own."""

from byhand.errors import lookup
from byhand.recipes.deep_dive import DEEP_DIVE
from byhand.recipes.digits import DIGITS
from byhand.recipes.draw import DRAW
from byhand.recipes.fast import FAST
from byhand.recipes.first import FIRST
from byhand.recipes.gaussians import GAUSSIANS_4_4, GAUSSIANS_16_8
from byhand.recipes.images import IMAGES
from byhand.recipes.recipe import Recipe
from byhand.recipes.table import TABLE
from byhand.recipes.vanilla import VANILLA
from byhand.recipes.xor import XOR

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (VANILLA, FIRST, DEEP_DIVE, FAST, DRAW, GAUSSIANS_16_8, GAUSSIANS_4_4, XOR, DIGITS, TABLE, IMAGES)
}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of this name; raise OptionError with the nearest known name."""
    return lookup("recipe", name, RECIPES)


__all__ = ["RECIPES", "Recipe", "find_recipe"]
