"""What services, and later citizens, are told without having asked: a transactional outbox and its delivery."""
