package io.fanatic.netlink.engine;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether this host can encrypt the packets of a fan.
 *
 * @param engineObstacle why strongSwan cannot, and what to do; empty when it can
 * @param credentialsObstacle why this host cannot prove to others who it is, and what to do; empty when it can
 * @param until when its certificate expires; empty with a pre-shared key
 */
public record EncryptionState(
        Optional<String> engineObstacle, Optional<String> credentialsObstacle, Optional<Instant> until) {}
