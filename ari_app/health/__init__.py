"""What each of our processes says of itself: /health and /metrics on a socket in home/run."""
