"""The robot suite: what every driver must do, tried on a simulated robot that speaks its bytes."""
