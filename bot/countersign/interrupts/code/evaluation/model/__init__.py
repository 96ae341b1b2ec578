"""The data model of evaluation: values, slots of an answer, scopes, modules and names."""
