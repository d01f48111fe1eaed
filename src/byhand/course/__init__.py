"""The course: lessons are in `lessons/` of the project; what they ask, and the exercises, are here."""

from byhand.course.notebook import picture, slider
from byhand.course.quiz import questions_text

__all__ = ["picture", "questions_text", "slider"]
