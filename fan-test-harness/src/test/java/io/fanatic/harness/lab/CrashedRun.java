package io.fanatic.harness.lab;

import java.util.List;

/** A program that makes a lab, starts something in it and dies without a word; arguments: the lab's name, {@code keep}? */
final class CrashedRun {

    private CrashedRun() {}

    public static void main(String[] args) throws Exception {
        Lab lab = Lab.up(LabSpec.named(args[0]).withHosts(1).withContainers(1));
        new ProcessBuilder(lab.hosts().get(0).namespace().command(List.of("sleep", "1000"))).start();
        if (args.length > 1) {
            lab.keep();
        }
        System.out.println("up");
        Runtime.getRuntime().halt(1);
    }
}
