"""The drill: cries that are answered and call nobody, and calls that are named a drill."""
