"""A hostile web service, its adapter, and hands to work in it as people would."""
