"""The tests, a package so that one may use the fixtures of another."""
