/**
 * Whether another host of a fan can be reached, at what speed, and if not, why. Start at {@link io.fanatic.harness.reach.Reach}:
 *
 * <pre>{@code
 * try (Reach reach = Reach.onThisHost()) {
 *     PeerReport report = reach.test(Ipv4Address.parse("10.0.0.2"), ReachSpec.DEFAULT);
 *     System.out.println(report.ok() ? "reached" : report.explanation().map(Explanation::sentence).orElse("failed"));
 * }
 * }</pre>
 *
 * <p>A network that fails is a result, never an exception.
 */
@NullMarked
package io.fanatic.harness.reach;

import org.jspecify.annotations.NullMarked;
