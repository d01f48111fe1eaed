"""The course: lessons are in `lessons/` of the project; what they ask, and the exercises, are here."""

from byhand.course.quiz import print_questions

__all__ = ["print_questions"]
