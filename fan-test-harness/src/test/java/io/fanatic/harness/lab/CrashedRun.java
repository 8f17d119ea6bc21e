package io.fanatic.harness.lab;

import io.fanatic.harness.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that makes a lab, starts something in it, waits for the end of its input and dies without a word; arguments: the lab's name, {@code keep}? */
final class CrashedRun {

    private CrashedRun() {}

    public static void main(String[] args) throws Exception {
        Lab lab = Lab.up(LabSpec.named(args[0]).withHosts(1).withContainers(1));
        Process inside = new ProcessBuilder(lab.hosts().get(0).namespace().command(List.of("sleep", "1000"))).start();
        Path name = Path.of("/proc/" + inside.pid() + "/comm");
        Condition.await("it is inside", () -> {
            try {
                return Files.readString(name).equals("sleep\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (args.length > 1) {
            lab.keep();
        }
        System.out.println("up");
        // Until whoever started it closes its input.
        System.in.read();
        Runtime.getRuntime().halt(1);
    }
}
