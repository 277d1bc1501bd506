"""From a statement that rows were wrong to what it reached, what is rebuilt, and what must not be released."""
