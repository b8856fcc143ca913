"""The family's web page: an alarm is looked at, taken on and closed; pendants of a hub report here.

A child process of its own, the only part of Anban that listens to a network for the family.  It
keeps nothing and decides nothing: links and pendants are checked here and again by the core.
"""
