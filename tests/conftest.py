"""What holds for all tests."""

from hypothesis import settings

# Laws are searched for counter-examples, not for milliseconds: a busy machine must not fail them.
settings.register_profile("review", deadline=None)
settings.load_profile("review")
