"""Moving the robot by voice: come, follow, look, go, dock, stop; and whether it may."""
