"""Marks encrypted parts of a LangGraph checkpoint."""

# Behind the type that the serializer gives a value, as in LangGraph's EncryptedSerializer.
ENCRYPTED_TYPE = "+countersign"
# LangGraph's serializers do not learn which row a value is for, so it is bound to no row.
CHECKPOINT_PLACE = "checkpoint"
