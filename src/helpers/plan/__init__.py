"""What did we promise, is it SMART, did it work?

Belongs here: targets, actions, problems, strategies, resources, risks and rivals as people write
them in ``plan/<year>/*.yml``, and the checks that hold them together. Does not: drawing, and
measuring anything the catalogue does not know.
"""
