"""Tests of the room that reads exports."""
