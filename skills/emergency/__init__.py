"""Calls by voice, and the elder's word on a call for help."""
