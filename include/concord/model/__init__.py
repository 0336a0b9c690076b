"""What a company says about its data: reading and checking `include/config`."""
