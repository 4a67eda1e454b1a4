"""Puts this folder on the path, so that `warehouse_builder` can be imported by every test."""
