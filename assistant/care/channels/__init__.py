"""Channels: how one person is reached, one small class each."""
