"""Drives the real server as its users do, and holds every reply to the API's document."""
