"""The rules of the trade as declared checks: act, fine, or not enough data (DOMAIN A2).

A rule is data (``rules.yml``, which a workspace may overrule); its check is a function in the
room of its subject. A check never says "fine" of what it could not see.
"""
