"""The other ends of the channels, simulated: a modem, telephones and receivers on loopback."""
