"""Pictures: taking in, checking, storing, handing out through their owner's slice."""
