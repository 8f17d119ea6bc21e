package io.fanatic.harness.proof;

import io.fanatic.core.FanMapping;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which pairs of a lab are tried. A lab of 652 containers has 430,000 of them; where there are too many, a sample that leaves
 * nobody out.
 *
 * @param pairs who reaches whom
 * @param throughput of these the ones that are measured one at a time
 * @param notes what was sampled, in sentences; empty when nothing was
 */
public record Selection(List<NodePair> pairs, List<NodePair> throughput, List<String> notes) {
    /** Some ten seconds of pings and short transfers; 64 hosts have 4032. */
    static final int MAX_PAIRS = 5000;

    /** Some twenty seconds. */
    static final int MAX_THROUGHPUT = 1000;

    /** Copies the lists. */
    public Selection {
        pairs = List.copyOf(pairs);
        throughput = List.copyOf(throughput);
        notes = List.copyOf(notes);
    }

    /**
     * {@return all pairs: every host and container of a fan to every other one, nothing left out however long it takes}
     *
     * @param lab whose pairs are meant
     */
    public static Selection everything(Lab lab) {
        List<NodePair> pairs = new ArrayList<>();
        for (FanMapping fan : lab.spec().fans()) {
            pairs.addAll(complete(members(lab, fan)));
        }
        return new Selection(pairs, pairs, List.of());
    }

    /**
     * {@return everything as long as that is a matter of seconds; else a sample, and says so}
     *
     * @param lab whose pairs are meant
     */
    public static Selection sensible(Lab lab) {
        List<NodePair> pairs = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        long all = lab.spec().fans().stream()
                .mapToLong(fan -> {
                    long members = members(lab, fan).size();
                    return members * (members - 1);
                })
                .sum();
        if (all <= MAX_PAIRS) {
            pairs.addAll(everything(lab).pairs);
        } else {
            for (FanMapping fan : lab.spec().fans()) {
                pairs.addAll(complete(hosts(lab, fan)));
                pairs.addAll(ring(containers(lab, fan)));
            }
            notes.add("Of " + all + " pairs " + pairs.size()
                    + " were tried: every host to every other one, and every container"
                    + " to one container of another host, so that each sent and received once.");
        }
        List<NodePair> throughput = pairs;
        if (pairs.size() > MAX_THROUGHPUT) {
            Set<NodePair> some = new LinkedHashSet<>();
            for (FanMapping fan : lab.spec().fans()) {
                some.addAll(strides(hosts(lab, fan)));
            }
            throughput = List.copyOf(some);
            notes.add("Throughput was measured between " + throughput.size()
                    + " pairs of hosts, each host as often as every other one.");
        }
        return new Selection(pairs, throughput, notes);
    }

    private static List<LabNode> members(Lab lab, FanMapping fan) {
        List<LabNode> members = new ArrayList<>(hosts(lab, fan));
        members.addAll(containers(lab, fan));
        return members;
    }

    private static List<LabNode> hosts(Lab lab, FanMapping fan) {
        return lab.hosts().stream().<LabNode>map(host -> host.in(fan)).toList();
    }

    private static List<LabNode> containers(Lab lab, FanMapping fan) {
        return lab.containers().stream()
                .filter(container -> container.host().slice().mapping().equals(fan))
                .<LabNode>map(container -> container)
                .toList();
    }

    private static List<NodePair> complete(List<LabNode> nodes) {
        List<NodePair> pairs = new ArrayList<>();
        for (LabNode from : nodes) {
            for (LabNode to : nodes) {
                if (from != to) {
                    pairs.add(new NodePair(from, to));
                }
            }
        }
        return pairs;
    }

    /** Each container to the one as many places further as a host has: the same number on the next host. */
    private static List<NodePair> ring(List<LabNode> containers) {
        List<NodePair> pairs = new ArrayList<>();
        int count = containers.size();
        int perHost = (int) containers.stream()
                .filter(each ->
                        each.host().name().equals(containers.get(0).host().name()))
                .count();
        int step = perHost == count ? 1 : perHost;
        for (int i = 0; i < count && count > 1; i++) {
            pairs.add(new NodePair(containers.get(i), containers.get((i + step) % count)));
        }
        return pairs;
    }

    /** Each to those 1, 2, 4, ... places further. */
    private static List<NodePair> strides(List<LabNode> nodes) {
        List<NodePair> pairs = new ArrayList<>();
        for (int step = 1; step < nodes.size(); step *= 2) {
            for (int i = 0; i < nodes.size(); i++) {
                pairs.add(new NodePair(nodes.get(i), nodes.get((i + step) % nodes.size())));
            }
        }
        return pairs;
    }
}
