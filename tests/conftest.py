"""For all tests: properties are held to no time a case, which a busy machine would decide."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
