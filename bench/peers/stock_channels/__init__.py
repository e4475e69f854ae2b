"""The room job as the tutorial of Channels does it: AsyncJsonWebsocketConsumer, a group a room, channels_redis."""
