"""What a workspace declares: company, stores, files; and how YAML is read strictly.

Belongs here: the shape of ``workspace.yml`` and the one YAML reader every room uses.
Does not: reading exports, or knowing a metric.
"""
